//! Whole numbers in as few bytes as they need, in the form that [`codec`](super::codec) has for them inside a message.
//!
//! Up to 250 a number is its byte; 251, 252 and 253 stand before 2, 4 and 8 bytes, the low one first.

use super::DecodeError;

/// Bytes of the longest one.
pub const VARINT_BYTES_MAX: usize = 9;

/// A number in its form.
#[derive(Clone, Copy, Debug)]
pub struct Varint {
    bytes: [u8; VARINT_BYTES_MAX],
    len: usize,
}

impl Varint {
    /// The form of a number.
    pub fn of(value: u64) -> Varint {
        let len = varint_bytes(value);
        let mut bytes = [0; VARINT_BYTES_MAX];
        let digits = value.to_le_bytes();
        match len {
            1 => bytes[0] = digits[0],
            _ => {
                bytes[0] = SINGLE_MAX + (len - 1).ilog2() as u8;
                bytes[1..].copy_from_slice(&digits);
            }
        }
        Varint { bytes, len }
    }

    /// The bytes of it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Appends a number.
pub fn write_varint(value: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(Varint::of(value).bytes());
}

/// Takes a number from the front of `bytes`.
///
/// # Errors
/// When the bytes end too early or are not the shortest form of a number.
pub fn read_varint(bytes: &mut &[u8]) -> Result<u64, DecodeError> {
    let (first, rest) = bytes.split_first().ok_or(DecodeError::Form)?;
    *bytes = rest;
    let length = match first.checked_sub(SINGLE_MAX) {
        None | Some(0) => return Ok(u64::from(*first)),
        Some(power @ 1..=3) => 1 << power,
        Some(_) => return Err(DecodeError::Form),
    };
    let digits = take(bytes, length)?;
    let value = digits.iter().rev().fold(0, |value, digit| value << 8 | u64::from(*digit));
    if varint_bytes(value) == 1 + length { Ok(value) } else { Err(DecodeError::NotShortest) }
}

/// Bytes that a number takes.
pub fn varint_bytes(value: u64) -> usize {
    match value {
        0..=250 => 1,
        251..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => VARINT_BYTES_MAX,
    }
}

/// Takes `count` bytes from the front of `bytes`.
///
/// # Errors
/// When there are fewer.
pub fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8], DecodeError> {
    let (taken, rest) = bytes.split_at_checked(count).ok_or(DecodeError::Form)?;
    *bytes = rest;
    Ok(taken)
}

/// The largest number that is its own byte.
const SINGLE_MAX: u8 = 250;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::codec;

    #[test]
    fn a_longer_form_than_needed_is_refused() {
        for bytes in [&[251, 250, 0][..], &[252, 255, 255, 0, 0], &[253, 1, 0, 0, 0, 0, 0, 0, 0]] {
            assert_eq!(read_varint(&mut &bytes[..]), Err(DecodeError::NotShortest), "{bytes:?}");
        }
        for bytes in [&[][..], &[251, 1], &[254, 0, 0], &[255]] {
            assert_eq!(read_varint(&mut &bytes[..]), Err(DecodeError::Form), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn a_number_has_the_form_that_it_has_inside_a_message(value: u64, shift in 0..64_u32) {
            let value = value >> shift;
            let mut bytes = Vec::new();
            write_varint(value, &mut bytes);
            prop_assert_eq!(&bytes, &codec::encode(&value));
            prop_assert_eq!(bytes.len(), varint_bytes(value));
            let mut rest = &bytes[..];
            prop_assert_eq!(read_varint(&mut rest), Ok(value));
            prop_assert!(rest.is_empty());
        }
    }
}
