//! Fuzz bytes as a source of numbers and messages: never at an error, zeros behind the end.

/// Reads numbers and messages from the front of fuzz bytes.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    /// From the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Input { rest: bytes }
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        *first
    }

    /// The next two bytes, the low one first.
    pub fn u16(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    /// The next message: two bytes of length, and as many bytes as there are of it.
    pub fn message(&mut self) -> &'a [u8] {
        let length = usize::from(self.u16()).min(self.rest.len());
        let (message, rest) = self.rest.split_at(length);
        self.rest = rest;
        message
    }

    /// All that is left.
    pub fn rest(self) -> &'a [u8] {
        self.rest
    }
}

/// Messages as [`Input::message`] reads them, behind some first bytes. A message that is too long for that is left out.
pub fn pack<'a>(first: &[u8], messages: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = first.to_vec();
    for message in messages {
        let Ok(length) = u16::try_from(message.len()) else { continue };
        bytes.extend(length.to_le_bytes());
        bytes.extend(message);
    }
    bytes
}
