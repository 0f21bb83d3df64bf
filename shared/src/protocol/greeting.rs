//! The greeting in the request that opens the WebSocket, so that the server's answer can follow the status 101 at
//! once.
//!
//! ```text
//! Sec-WebSocket-Protocol: driftfield.10, greeting.AP0IBwYFBAMCAQNBZGEAAAAA
//!                         |             \- base64url of the greeting's bytes
//!                         \- version of the protocol, which the server's answer repeats
//! ```
//!
//! That header is all that a page can set apart from the URL, and URLs end up in logs, but a greeting holds secrets.
//! The version stands outside the greeting, so that a client of another version is told so, whatever the format of
//! its greeting.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::{Hello, InputTicket, PROTOCOL_VERSION};
use crate::limits::{GREETING_BYTES_MAX, NAME_BYTES_MAX};
use crate::wire::{DecodeError, codec};

/// Prefix of a version's name among the protocols of a request.
const VERSION_PREFIX: &str = "driftfield.";
/// Prefix of a greeting among them.
const GREETING_PREFIX: &str = "greeting.";

/// The purpose of a connection.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Greeting {
    /// To play.
    Hello(Hello),
    /// To bring input commands for a seat that also has its own connection. Each command goes over both, and the copy
    /// that arrives first counts. The ticket is that of the [`Welcome`](super::Welcome) on the first connection.
    AttachInputs(InputTicket),
}

impl Greeting {
    /// The protocols of a request with this greeting, in this order.
    pub fn protocols(&self) -> [String; 2] {
        let greeting = BASE64URL_NOPAD.encode(&codec::encode(self));
        [protocol_of_version(PROTOCOL_VERSION), format!("{GREETING_PREFIX}{greeting}")]
    }

    fn read(text: &str) -> Result<Self, DecodeError> {
        if text.len() > GREETING_CHARS_MAX {
            return Err(DecodeError::GreetingTooLong(text.len()));
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| DecodeError::NotBase64)?;
        let greeting = codec::decode(&bytes)?;
        if let Greeting::Hello(hello) = &greeting
            && hello.name.len() > NAME_BYTES_MAX
        {
            return Err(DecodeError::NameTooLong(hello.name.len()));
        }
        Ok(greeting)
    }
}

/// What a request offers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Offer {
    /// This version, with its greeting.
    Greeting(Greeting),
    /// Only another version; `None` if it names no version, as before version 4.
    OtherVersion(Option<u16>),
}

impl Offer {
    /// Parses the protocols of a request. Everything that can be wrong with them is found here.
    ///
    /// # Errors
    /// When no client of this version would offer them.
    pub fn read<'a>(protocols: impl Iterator<Item = &'a str>) -> Result<Offer, DecodeError> {
        let (mut own, mut other, mut greeting, mut is_repeated) = (false, None, None, false);
        for protocol in protocols {
            if let Some(version) = version_of(protocol) {
                own |= version == PROTOCOL_VERSION;
                other = other.or(Some(version));
            } else if let Some(text) = protocol.strip_prefix(GREETING_PREFIX) {
                is_repeated |= greeting.replace(text).is_some();
            }
        }
        // First, because the greeting of another version cannot be judged here.
        if !own {
            return Ok(Offer::OtherVersion(other));
        }
        if is_repeated {
            return Err(DecodeError::GreetingRepeated);
        }
        Greeting::read(greeting.ok_or(DecodeError::NoGreeting)?).map(Offer::Greeting)
    }

    /// The protocol named in the 101 response. Without one that it has offered, a browser closes the connection.
    pub fn answer(&self) -> Option<String> {
        match self {
            Offer::Greeting(_) => Some(protocol_of_version(PROTOCOL_VERSION)),
            Offer::OtherVersion(version) => version.map(protocol_of_version),
        }
    }
}

fn protocol_of_version(version: u16) -> String {
    format!("{VERSION_PREFIX}{version}")
}

/// The version in a protocol's name; `None` if its number is not written as we write it.
fn version_of(protocol: &str) -> Option<u16> {
    let version = protocol.strip_prefix(VERSION_PREFIX)?.parse().ok()?;
    (protocol_of_version(version) == protocol).then_some(version)
}

/// Characters of the longest greeting: four for three bytes.
const GREETING_CHARS_MAX: usize = (GREETING_BYTES_MAX * 4).div_ceil(3);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::{AccountTicket, Token};

    fn hello() -> Hello {
        Hello {
            content_hash: 0x0102_0304_0506_0708,
            name: "Ada".into(),
            token: Some(Token([0x11; 16])),
            ticket: Some(AccountTicket([0x33; 16])),
            is_bot: true,
            wants_checks: false,
        }
    }

    fn read(protocols: &[&str]) -> Result<Offer, DecodeError> {
        Offer::read(protocols.iter().copied())
    }

    /// An offer of this version with these bytes as its greeting.
    fn read_bytes(bytes: &[u8]) -> Result<Offer, DecodeError> {
        let greeting = format!("greeting.{}", BASE64URL_NOPAD.encode(bytes));
        read(&["driftfield.10", &greeting])
    }

    #[test]
    fn a_greeting_has_its_golden_bytes() {
        let mut bytes = vec![
            0, // Hello
            253, 8, 7, 6, 5, 4, 3, 2, 1, // content hash: 253 says that 8 bytes follow
            3, b'A', b'd', b'a', // name
            1,    // a token follows
        ];
        bytes.extend([0x11; 16]);
        bytes.push(1); // a ticket follows
        bytes.extend([0x33; 16]);
        bytes.push(1); // a bot
        bytes.push(0); // no checks
        let greeting = Greeting::Hello(hello());
        assert_eq!(codec::encode(&greeting), bytes);
        assert_eq!(read_bytes(&bytes), Ok(Offer::Greeting(greeting)));
        let attach = Greeting::AttachInputs(InputTicket([0x22; 16]));
        let mut bytes = vec![1]; // AttachInputs
        bytes.extend([0x22; 16]);
        assert_eq!(codec::encode(&attach), bytes);
        assert_eq!(read_bytes(&bytes), Ok(Offer::Greeting(attach)));
    }

    #[test]
    fn a_greeting_travels_in_characters_that_a_header_may_have() {
        let hello = Hello { token: None, ticket: None, is_bot: false, ..hello() };
        let protocols = Greeting::Hello(hello.clone()).protocols();
        assert_eq!(protocols, ["driftfield.10", "greeting.AP0IBwYFBAMCAQNBZGEAAAAA"]);
        let [version, greeting] = &protocols;
        let offer = read(&[version, greeting]).unwrap();
        assert_eq!(offer, Offer::Greeting(Greeting::Hello(hello)));
        assert_eq!(offer.answer().as_ref(), Some(version));
    }

    #[test]
    fn the_longest_hello_fits() {
        let hello = Hello {
            content_hash: u64::MAX,
            name: "x".repeat(NAME_BYTES_MAX),
            token: Some(Token([0xff; 16])),
            ticket: Some(AccountTicket([0xff; 16])),
            is_bot: true,
            wants_checks: true,
        };
        let [version, greeting] = Greeting::Hello(hello.clone()).protocols();
        let offer = read(&[&version, &greeting]);
        assert_eq!(offer, Ok(Offer::Greeting(Greeting::Hello(hello))));
    }

    #[test]
    fn other_versions_are_told_from_what_is_wrong() {
        assert_eq!(read(&[]), Ok(Offer::OtherVersion(None)));
        assert_eq!(read(&["chat", "driftfield.04"]), Ok(Offer::OtherVersion(None)));
        let newer = read(&["driftfield.11", "greeting.whatever it is", "driftfield.12"]);
        assert_eq!(newer, Ok(Offer::OtherVersion(Some(11))));
        let split = read(&["driftfield.11", "greeting.a", "greeting.b"]);
        assert_eq!(split, Ok(Offer::OtherVersion(Some(11))));
        assert_eq!(newer.unwrap().answer().as_deref(), Some("driftfield.11"));
        let [version, greeting] = Greeting::Hello(hello()).protocols();
        let both = read(&["driftfield.10", &greeting, &version]);
        assert_eq!(both, Ok(Offer::Greeting(Greeting::Hello(hello()))));
    }

    #[test]
    fn each_way_to_be_wrong_has_its_name() {
        let long_name = codec::encode(&Greeting::Hello(Hello {
            name: "x".repeat(NAME_BYTES_MAX + 1),
            token: None,
            ..hello()
        }));
        let longer = "A".repeat(GREETING_CHARS_MAX + 1);
        let cases = [
            (read(&["driftfield.10"]), DecodeError::NoGreeting),
            (read(&["driftfield.10", "greeting.", "greeting."]), DecodeError::GreetingRepeated),
            (read(&["driftfield.10", "greeting."]), DecodeError::Form),
            (read(&["driftfield.10", "greeting.A"]), DecodeError::NotBase64),
            // Nonzero bits after the end; padding; digits of another alphabet.
            (read(&["driftfield.10", "greeting.AB"]), DecodeError::NotBase64),
            (read(&["driftfield.10", "greeting.AA=="]), DecodeError::NotBase64),
            (read(&["driftfield.10", "greeting.A/+A"]), DecodeError::NotBase64),
            (
                read(&["driftfield.10", &format!("greeting.{longer}")]),
                DecodeError::GreetingTooLong(longer.len()),
            ),
            (read_bytes(&[2]), DecodeError::Form),
            (read_bytes(&[1; 16]), DecodeError::Form),
            (read_bytes(&[1; 18]), DecodeError::TrailingBytes(1)),
            // A name that claims 2^63 bytes.
            (read_bytes(&[0, 0, 253, 0, 0, 0, 0, 0, 0, 0, 128]), DecodeError::Form),
            (read_bytes(&long_name), DecodeError::NameTooLong(NAME_BYTES_MAX + 1)),
        ];
        for (index, (outcome, error)) in cases.into_iter().enumerate() {
            assert_eq!(outcome, Err(error), "case {index}");
        }
    }

    proptest! {
        #[test]
        fn any_protocols_are_refused_or_decoded(
            texts in prop::collection::vec("(driftfield\\.7|greeting\\.[A-Za-z0-9_-]{0,200}|.{0,300})", 0..4),
        ) {
            let _ = Offer::read(texts.iter().map(String::as_str));
        }

        #[test]
        fn a_mutated_greeting_is_refused_or_decoded(
            flips in prop::collection::vec((0..40_usize, 0..8_u32), 1..6),
        ) {
            let mut bytes = codec::encode(&Greeting::Hello(hello()));
            for (index, bit) in flips {
                let index = index % bytes.len();
                bytes[index] ^= 1_u8 << bit;
            }
            let _ = read_bytes(&bytes);
        }
    }
}
