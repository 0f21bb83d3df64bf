//! What changes from one value of a key to the next: a price moves by a little, and most bytes of its quote stay.
//!
//! ```text
//! mask         a bit for each byte of the value, the lowest bit of each byte first: 1 where the byte differs
//! bytes        the new ones, in order
//! ```

use super::UpdateError;
use crate::wire::{DecodeError, take, varint_bytes};

/// The change that makes `after` of `before`; `None` where `after` itself is no longer, or of another length.
pub(super) fn delta(before: &[u8], after: &[u8]) -> Option<Box<[u8]>> {
    if before.len() != after.len() {
        return None;
    }
    let mut mask = vec![0; mask_bytes(after.len())];
    let mut changed = Vec::new();
    for (index, (before, after)) in before.iter().zip(after).enumerate() {
        if before != after {
            mask[index / 8] |= 1 << (index % 8);
            changed.push(*after);
        }
    }
    mask.append(&mut changed);
    (mask.len() < varint_bytes(after.len() as u64) + after.len()).then(|| mask.into())
}

/// Reads a change and carries it out.
pub(super) fn apply(value: &mut [u8], bytes: &mut &[u8]) -> Result<(), UpdateError> {
    let mask = take(bytes, mask_bytes(value.len()))?;
    let is_set = |index: usize| mask[index / 8] & 1 << (index % 8) != 0;
    if (value.len()..8 * mask.len()).any(is_set) {
        return Err(UpdateError::MaskTooLong);
    }
    let count = (0..value.len()).filter(|index| is_set(*index)).count();
    let mut changed = take(bytes, count)?.iter();
    for (index, byte) in value.iter_mut().enumerate() {
        if is_set(index) {
            *byte = *changed.next().ok_or(DecodeError::Form)?;
        }
    }
    debug_assert_eq!(changed.len(), 0, "each bit of the mask has its byte");
    Ok(())
}

fn mask_bytes(value_bytes: usize) -> usize {
    value_bytes.div_ceil(8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_change_makes_the_new_value_of_the_old_one_and_is_never_longer(
            before in prop::collection::vec(0..3_u8, 0..40),
            seed in prop::collection::vec(0..3_u8, 40),
            rest in prop::collection::vec(any::<u8>(), 0..5),
        ) {
            let after = &seed[..before.len()];
            if let Some(change) = delta(&before, after) {
                prop_assert!(change.len() <= after.len());
                let bytes = [&change[..], &rest].concat();
                let (mut left, mut value) = (&bytes[..], before.clone());
                prop_assert_eq!(apply(&mut value, &mut left), Ok(()));
                prop_assert_eq!(&value[..], after);
                prop_assert_eq!(left, &rest[..], "what follows is left");
            }
        }
    }

    #[test]
    fn a_quote_of_which_two_bytes_move_takes_four() {
        let before = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];
        let after = [1, 0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0];
        assert_eq!(delta(&before, &after).as_deref(), Some(&[0b1_0000, 1, 7, 9][..]));
        assert_eq!(delta(&before, &after[1..]), None, "another length");
        assert_eq!(delta(&[1, 2, 3], &[4, 5, 6]), None, "all of it is shorter");
    }

    #[test]
    fn a_mask_that_names_bytes_beyond_the_value_is_refused() {
        let apply = |mut bytes: &[u8]| apply(&mut [0; 3], &mut bytes);
        assert_eq!(apply(&[0b111, 1, 2, 3]), Ok(()));
        assert_eq!(apply(&[0b1000, 1]), Err(UpdateError::MaskTooLong));
        assert_eq!(apply(&[0b111, 1, 2]), Err(DecodeError::Form.into()));
        assert_eq!(apply(&[]), Err(DecodeError::Form.into()));
    }
}
