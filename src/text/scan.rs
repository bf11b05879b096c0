//! A search for bytes that are usually near: colons after names, tags, escapes of quoted-printable.
//!
//! Over distances of some ten bytes `memchr` spends more on its start than on its search. This one has none: it looks at
//! some bytes together, and on. With a search byte by byte, mixed mail takes 7 % more processor time.

use wide::u8x16;

/// How many bytes are looked at together.
const STEP: usize = 16;

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn none_is_missed(bytes in proptest::collection::vec(prop_oneof![8 => Just(b'a'), 1 => any::<u8>(), 1 => Just(b':'), 1 => Just(b';')], 0..300)) {
            prop_assert_eq!(find([b':'], &bytes), bytes.iter().position(|byte| *byte == b':'));
            prop_assert_eq!(find([b';', b':'], &bytes), bytes.iter().position(|byte| matches!(byte, b':' | b';')));
        }
    }
}
