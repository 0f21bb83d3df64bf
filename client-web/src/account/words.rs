//! A secret as twelve words that can be written down: BIP 39, English.
//!
//! ```text
//! 128 bits of the secret + 4 bits of its SHA-256 = 132 bits = 12 words of 11 bits
//! ```
//!
//! The list of words is a file of the page, which is loaded only when words are shown or entered. See
//! <https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki>.

use sha2::{Digest, Sha256};

use super::Secret;
use crate::say;

/// Words of a secret.
const COUNT: usize = 12;
/// Bits of a word.
const WORD_BITS: usize = 11;
/// Words in the list.
const LIST_LENGTH: usize = 1 << WORD_BITS;
/// Bits of a secret and of the checksum after it.
const SECRET_BITS: usize = 128;
const CHECK_BITS: usize = COUNT * WORD_BITS - SECRET_BITS;
/// Both, in whole bytes.
const BYTES: usize = (SECRET_BITS + CHECK_BITS).div_ceil(8);

/// Why words are not those of a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WordError {
    /// There are not twelve of them.
    Count(usize),
    /// This one is not in the list; places count from 1.
    Unknown {
        /// Its place.
        place: usize,
        /// What was entered.
        word: String,
    },
    /// All of them are in the list, but they do not belong together.
    Checksum,
}

impl WordError {
    /// What is wrong, as a sentence for the player.
    pub fn sentence(&self) -> String {
        match self {
            WordError::Count(count) => say::words_count(*count as f64),
            WordError::Unknown { place, word } => say::words_unknown(*place as f64, word),
            WordError::Checksum => say::WORDS_CHECKSUM.text(),
        }
    }
}

/// The words that stand for 11 bits each, in the order of their numbers.
#[derive(Clone, Debug)]
pub struct WordList {
    words: Vec<Box<str>>,
}

impl WordList {
    /// Reads the list: one word a line. `None` if it is not a complete list in alphabetical order.
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<Box<str>> = text.lines().map(Box::from).collect();
        let is_whole = words.len() == LIST_LENGTH && words.is_sorted_by(|a, b| a < b);
        is_whole.then_some(WordList { words })
    }

    /// The words of a secret.
    pub fn words_of(&self, secret: &Secret) -> [&str; COUNT] {
        let bytes = with_checksum(secret);
        std::array::from_fn(|place| {
            let bits = place * WORD_BITS..(place + 1) * WORD_BITS;
            let number = bits.fold(0, |number, bit| number << 1 | usize::from(bit_of(&bytes, bit)));
            &*self.words[number]
        })
    }

    /// The secret of twelve words, however they are spaced and capitalised.
    ///
    /// # Errors
    /// When they are not the words of a secret.
    pub fn secret_of(&self, text: &str) -> Result<Secret, WordError> {
        let entered: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
        if entered.len() != COUNT {
            return Err(WordError::Count(entered.len()));
        }
        let mut bytes = [0; BYTES];
        for (index, word) in entered.into_iter().enumerate() {
            let Ok(number) = self.words.binary_search_by(|known| (**known).cmp(&word)) else {
                return Err(WordError::Unknown { place: index + 1, word });
            };
            for offset in 0..WORD_BITS {
                let bit = index * WORD_BITS + offset;
                let is_set = number >> (WORD_BITS - 1 - offset) & 1 == 1;
                bytes[bit / 8] |= u8::from(is_set) << (7 - bit % 8);
            }
        }
        let mut secret = Secret([0; SECRET_BITS / 8]);
        secret.0.copy_from_slice(&bytes[..SECRET_BITS / 8]);
        if with_checksum(&secret) == bytes { Ok(secret) } else { Err(WordError::Checksum) }
    }
}

/// The secret, and after it the first bits of its SHA-256; the last bits are 0.
fn with_checksum(secret: &Secret) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    bytes[..SECRET_BITS / 8].copy_from_slice(&secret.0);
    bytes[BYTES - 1] = Sha256::digest(secret.0)[0] & !(0xff >> CHECK_BITS);
    bytes
}

/// A bit, counted from the first byte's highest one.
fn bit_of(bytes: &[u8], bit: usize) -> bool {
    bytes[bit / 8] >> (7 - bit % 8) & 1 == 1
}

#[cfg(test)]
mod tests {
    use bip39::{Language, Mnemonic};
    use proptest::prelude::*;

    use super::*;

    fn list() -> WordList {
        WordList::parse(include_str!("../../page/words.txt")).unwrap()
    }

    #[test]
    fn the_list_is_that_of_bip_39() {
        let words = list().words;
        assert!(words.iter().map(|word| &**word).eq(Language::English.word_list().iter().copied()));
        assert!(WordList::parse("").is_none(), "no list");
        assert!(WordList::parse(&"abandon\n".repeat(LIST_LENGTH)).is_none(), "not in order");
    }

    proptest! {
        #[test]
        fn words_are_those_of_every_other_program(bytes: [u8; 16]) {
            let (list, secret) = (list(), Secret(bytes));
            let mnemonic = Mnemonic::from_entropy(&bytes).unwrap();
            prop_assert!(mnemonic.words().eq(list.words_of(&secret)));
            prop_assert_eq!(list.secret_of(&mnemonic.to_string()), Ok(secret));
        }
    }

    #[test]
    fn words_may_be_spaced_and_capitalised_as_one_likes() {
        let list = list();
        let secret = Secret(*b"sixteen letters.");
        let text = list.words_of(&secret).join("\n  ").to_uppercase();
        assert_eq!(list.secret_of(&format!("  {text}\t")), Ok(secret));
    }

    #[test]
    fn a_slip_of_the_pen_is_found_and_named() {
        let list = list();
        let words = list.words_of(&Secret([0x5a; 16]));
        assert_eq!(list.secret_of(&words[..11].join(" ")), Err(WordError::Count(11)));
        let mut slip = words;
        slip[3] = "asteroidd";
        let error = list.secret_of(&slip.join(" ")).unwrap_err();
        assert_eq!(error, WordError::Unknown { place: 4, word: "asteroidd".to_owned() });
        assert!(error.sentence().starts_with("Word 4, “asteroidd”, "), "{error:?}");
        let mut swapped = words;
        swapped.swap(0, 1);
        assert_ne!(swapped, words);
        assert_eq!(list.secret_of(&swapped.join(" ")), Err(WordError::Checksum));
    }
}
