//! Searches for bytes that are usually near: ends of lines, colons after names, escapes of quoted-printable.
//!
//! Over distances of some ten bytes `memchr` spends more on its start than on its search. These have none: they look
//! at some bytes together, and on.

use wide::{u8x16, u8x64};

/// How many bytes are looked at together where the first of its kind is searched.
const STEP: usize = 16;

/// The same where all of a kind are.
const STRIDE: usize = 64;

/// The place of the first byte that is one of `wanted`.
#[inline(always)]
pub fn find<const N: usize>(wanted: [u8; N], bytes: &[u8]) -> Option<usize> {
    let (steps, rest) = bytes.as_chunks::<STEP>();
    for (number, step) in steps.iter().enumerate() {
        let step = u8x16::from(*step);
        let is_wanted = wanted.iter().map(|byte| step.simd_eq(u8x16::splat(*byte)));
        let found = is_wanted.fold(u8x16::ZERO, |found, these| found | these).to_bitmask();
        if found != 0 {
            return Some(number * STEP + found.trailing_zeros() as usize);
        }
    }
    rest.iter().position(|byte| wanted.contains(byte)).map(|place| steps.len() * STEP + place)
}

/// Every place of that byte, which is not zero.
#[inline(always)]
pub fn each(wanted: u8, bytes: &[u8]) -> impl Iterator<Item = usize> {
    let (strides, rest) = bytes.as_chunks::<STRIDE>();
    let (mut strides, mut rest) = (strides.iter(), Some(rest));
    let (mut found, mut next) = (0_u64, 0);
    std::iter::from_fn(move || {
        while found == 0 {
            let mut last = [0; STRIDE];
            let stride = match strides.next() {
                Some(stride) => stride,
                None => {
                    // Zeros follow.
                    let rest = rest.take()?;
                    last[..rest.len()].copy_from_slice(rest);
                    &last
                }
            };
            found = u8x64::from(*stride).simd_eq(u8x64::splat(wanted)).to_bitmask();
            next += STRIDE;
        }
        let place = found.trailing_zeros() as usize;
        found &= found - 1;
        Some(next - STRIDE + place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn none_is_missed(bytes in proptest::collection::vec(prop_oneof![8 => Just(b'a'), 1 => any::<u8>(), 1 => Just(b':'), 1 => Just(b';')], 0..300)) {
            prop_assert_eq!(find([b':'], &bytes), bytes.iter().position(|byte| *byte == b':'));
            prop_assert_eq!(find([b';', b':'], &bytes), bytes.iter().position(|byte| matches!(byte, b':' | b';')));
            let places = (0..bytes.len()).filter(|at| bytes[*at] == b':');
            prop_assert_eq!(each(b':', &bytes).collect::<Vec<_>>(), places.collect::<Vec<_>>());
        }
    }
}
