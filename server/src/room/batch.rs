//! Snapshots of some clients, made one after the other before the first of them is written.
//!
//! A write takes the kernel through more code and memory than a processor's nearest caches hold. Between any two
//! snapshots it would leave the makings of the next one cold; behind a batch of them it does so once.

/// The snapshots of a batch, in order of its clients.
#[derive(Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    /// Where each ends in the bytes; `None`: that client gets none.
    ends: Vec<Option<usize>>,
}

impl Batch {
    /// Clients of a batch: many, and yet the first of them waits for no more than the making of so many snapshots, a tenth
    /// of a millisecond where they are small.
    pub const CLIENTS: usize = 64;

    /// Begins a new one with the memory of the last.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Adds what the next client gets.
    pub fn push(&mut self, snapshot: Option<&[u8]>) {
        self.ends.push(snapshot.map(|bytes| {
            self.bytes.extend_from_slice(bytes);
            self.bytes.len()
        }));
    }

    /// What each client gets.
    pub fn snapshots(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let bytes = &self.bytes[start..(*end)?];
            start += bytes.len();
            Some(bytes)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_gets_what_was_made_for_them() {
        let mut batch = Batch::default();
        for wanted in [vec![Some(&b"a"[..]), None, Some(b""), Some(b"bcd")], vec![None], vec![]] {
            batch.clear();
            wanted.iter().for_each(|snapshot| batch.push(*snapshot));
            assert!(batch.snapshots().eq(wanted));
        }
    }
}
