//! The secret of an account, and the ticket for which it is traded, as text.
//!
//! Both are 16 bytes, written as 22 characters of base64url without padding.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::AccountTicket;

/// The secret of an account: 128 random bits that its owner has made. A server keeps only its hash.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub struct AccountSecret(pub [u8; 16]);

impl AccountSecret {
    /// As text: its form in storage and in requests.
    pub fn to_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// Reads the text; `None` if it is anything else.
    pub fn from_text(text: &str) -> Option<Self> {
        bytes_of(text).map(AccountSecret)
    }
}

/// Without the bits, so that no log and no message of a panic contains them.
impl fmt::Debug for AccountSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountSecret(..)")
    }
}

impl AccountTicket {
    /// As text: its form in answers.
    pub fn to_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// Reads the text; `None` if it is anything else.
    pub fn from_text(text: &str) -> Option<Self> {
        bytes_of(text).map(AccountTicket)
    }
}

fn bytes_of(text: &str) -> Option<[u8; 16]> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_as_it_was_written_and_from_nothing_else() {
        let secret = AccountSecret(std::array::from_fn(|index| index as u8 * 17));
        let text = secret.to_text();
        assert_eq!(text, "ABEiM0RVZneImaq7zN3u_w");
        assert_eq!(AccountSecret::from_text(&text), Some(secret));
        assert_eq!(AccountTicket::from_text(&text), Some(AccountTicket(secret.0)));
        assert_eq!(AccountTicket(secret.0).to_text(), text);
        let padded = format!("{text}==");
        let longer = format!("{text}A");
        // The last character has four bits to spare, which must be 0.
        let loose = text.replace("_w", "_x");
        for text in ["", "AAAA", &text[1..], &padded, &longer, &loose, "ABEiM0RVZneImaq7zN3u/w"] {
            assert_eq!(AccountSecret::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_secret_is_not_in_its_debug_output() {
        assert_eq!(format!("{:?}", AccountSecret([7; 16])), "AccountSecret(..)");
    }
}
