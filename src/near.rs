//! Bytes that stand near: lines of a header, names before a colon, escapes of quoted-printable.
//!
//! Over distances of some ten bytes `memchr` spends more on its start than on its search. These look at 32 bytes at
//! once, which compilers turn into vector instructions, and at eight where one of them is it.

const BLOCK: usize = 32;
const WORD: usize = 8;

/// Where the first byte stands that is one of `wanted`.
#[inline(always)]
pub fn find<const N: usize>(wanted: [u8; N], bytes: &[u8]) -> Option<usize> {
    let is_wanted = |byte: &u8| wanted.iter().fold(false, |found, wanted| found | (byte == wanted));
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let is_in = |block: &[u8; BLOCK]| block.iter().fold(false, |found, byte| found | is_wanted(byte));
    match blocks.iter().position(is_in) {
        Some(at) => find_in_block(wanted, &blocks[at]).map(|place| at * BLOCK + place),
        None => rest.iter().position(is_wanted).map(|place| blocks.len() * BLOCK + place),
    }
}

#[inline(always)]
fn find_in_block<const N: usize>(wanted: [u8; N], block: &[u8; BLOCK]) -> Option<usize> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let (words, _) = block.as_chunks::<WORD>();
    words.iter().enumerate().find_map(|(at, word)| {
        let found = wanted.iter().fold(0, |found, wanted| {
            let other = u64::from_le_bytes(*word) ^ (EACH * u64::from(*wanted));
            // The lowest bit that is set belongs to the first byte that is nought; the others may lie.
            found | (other.wrapping_sub(EACH) & !other & (EACH << 7))
        });
        (found != 0).then(|| at * WORD + (found.trailing_zeros() / 8) as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_one_is_found(bytes in proptest::collection::vec(prop_oneof![8 => Just(b'a'), 1 => any::<u8>(), 1 => Just(b':'), 1 => Just(b';')], 0..100)) {
            prop_assert_eq!(find([b':'], &bytes), bytes.iter().position(|byte| *byte == b':'));
            prop_assert_eq!(find([b';', b':'], &bytes), bytes.iter().position(|byte| matches!(byte, b':' | b';')));
        }
    }
}
