//! Content and its name, which is its hash: how clients get it, keep it, and know that it is what the server meant.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::content::{Content, ContentError};
use crate::limits::CONTENT_BYTES_MAX;
use crate::sim::Fnv;
use crate::wire::{DecodeError, codec};

/// The name of a set of content: FNV-1a-64 over its bytes. As text it is 16 lower-case hexadecimal digits, as in
/// `/content/HASH`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct ContentHash(pub u64);

impl ContentHash {
    /// The name of what has these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        ContentHash(Fnv::new().bytes(bytes).finish())
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for ContentHash {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hash = u64::from_str_radix(text, 16).map(ContentHash).map_err(|_| DecodeError::Form)?;
        // One content, one address.
        if hash.to_string() == text { Ok(hash) } else { Err(DecodeError::Form) }
    }
}

/// Content and its name. Clones share the content.
#[derive(Clone, Debug)]
pub struct NamedContent {
    hash: ContentHash,
    content: Arc<Content>,
}

/// Why bytes are not usable as content.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ContentBytesError {
    /// They are too many.
    #[error("content of {0} bytes; at most {CONTENT_BYTES_MAX} are allowed")]
    TooLong(usize),
    /// They are not content.
    #[error("the content cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// A figure is out of range.
    #[error(transparent)]
    Content(#[from] ContentError),
}

impl From<Arc<Content>> for NamedContent {
    fn from(content: Arc<Content>) -> Self {
        NamedContent { hash: ContentHash::of(&codec::encode(&*content)), content }
    }
}

impl NamedContent {
    /// The content that is compiled into this program.
    ///
    /// # Errors
    /// The first mistake: file, key and reason.
    #[cfg(feature = "content-files")]
    pub fn built_in() -> Result<Self, ContentError> {
        Ok(Arc::new(Content::built_in()?).into())
    }

    /// The bytes of the content, as `/content/HASH` has them.
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(&*self.content)
    }

    /// The content that has these bytes. Everything that can be wrong with them is found here.
    ///
    /// # Errors
    /// When there are too many of them, they are not the one encoding of some content, or a figure is out of range.
    pub fn decode(bytes: &[u8]) -> Result<Self, ContentBytesError> {
        if bytes.len() > CONTENT_BYTES_MAX {
            return Err(ContentBytesError::TooLong(bytes.len()));
        }
        let content: Content = codec::decode(bytes)?;
        content.check()?;
        Ok(NamedContent { hash: ContentHash::of(bytes), content: Arc::new(content) })
    }

    /// Its name.
    pub fn hash(&self) -> ContentHash {
        self.hash
    }

    /// The content.
    pub fn content(&self) -> &Arc<Content> {
        &self.content
    }
}

/// Content is the same if its name is.
impl PartialEq for NamedContent {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

#[cfg(all(test, feature = "content-files"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn content_survives_the_wire_under_the_same_name() {
        let content = NamedContent::built_in().unwrap();
        let bytes = content.encode();
        assert!(bytes.len() < CONTENT_BYTES_MAX / 8, "{} bytes leave no room", bytes.len());
        let decoded = NamedContent::decode(&bytes).unwrap();
        assert_eq!(decoded.hash(), content.hash());
        assert_eq!(decoded.content(), content.content());
        assert_eq!(content.hash().to_string().parse(), Ok(content.hash()));
    }

    #[test]
    fn what_is_no_content_is_refused_by_name() {
        let content = NamedContent::built_in().unwrap();
        let mut long = content.encode();
        long.push(0);
        assert_eq!(
            NamedContent::decode(&long),
            Err(ContentBytesError::Decode(DecodeError::TrailingBytes(1)))
        );
        assert_eq!(
            NamedContent::decode(&vec![0; CONTENT_BYTES_MAX + 1]),
            Err(ContentBytesError::TooLong(CONTENT_BYTES_MAX + 1))
        );
        let mut wrong = Content::clone(content.content());
        wrong.hulls[0].drag = f32::NAN;
        let refused = NamedContent::decode(&codec::encode(&wrong)).unwrap_err();
        assert!(refused.to_string().starts_with("hulls.toml: sparrow.drag: "), "{refused}");
    }

    #[test]
    fn one_content_has_one_address() {
        for text in ["", "1", "0123456789ABCDEF", "+123456789abcdef", "0123456789abcdef0"] {
            assert!(text.parse::<ContentHash>().is_err(), "{text}");
        }
        assert_eq!("0000000000000001".parse(), Ok(ContentHash(1)));
    }

    proptest! {
        #[test]
        fn any_change_of_the_bytes_is_refused_or_has_another_name(at: usize, bit in 0..8_u8) {
            let content = NamedContent::built_in().unwrap();
            let mut bytes = content.encode();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            if let Ok(other) = NamedContent::decode(&bytes) {
                prop_assert_ne!(other.hash(), content.hash());
            }
        }
    }
}
