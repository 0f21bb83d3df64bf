//! The snapshots of a batch of clients, all encoded before the first of them is written.
//!
//! A write takes the kernel through more code and memory than a processor's nearest caches hold. Between every two
//! snapshots that would evict the data for the next one; after a batch it does so once.

/// The snapshots of a batch, in the order of its clients.
#[derive(Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    /// The end of each snapshot in the bytes; `None` if that client gets none.
    ends: Vec<Option<usize>>,
}

impl Batch {
    /// Clients per batch: many, and yet the first of them waits only a tenth of a millisecond for the others'
    /// snapshots where these are small.
    pub const CLIENTS: usize = 64;

    /// Starts a new batch with the memory of the last.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Adds the next client's snapshot, if it gets one.
    pub fn push(&mut self, snapshot: Option<&[u8]>) {
        self.ends.push(snapshot.map(|bytes| {
            self.bytes.extend_from_slice(bytes);
            self.bytes.len()
        }));
    }

    /// The snapshot of each client.
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
