//! The content that this server's rooms play by, as clients fetch it.
//!
//! ```text
//! assets --> publish --> current() --> rooms, /content
//!                    \-> find(hash) -> /content/HASH, while clients may still ask for it
//! ```

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use driftfield_shared::sim::{ContentHash, NamedContent};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Sets of content that can be fetched, the current one included. Those before it are asked for by clients that were told
/// of them a moment ago.
const KEPT_MAX: usize = 8;

/// All content that can be fetched. Clones share it.
#[derive(Clone, Debug)]
pub struct Contents(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// The current one first.
    published: Vec<Arc<Published>>,
    /// Why newer content cannot be used.
    problem: Option<String>,
}

/// Content in the forms that clients fetch.
#[derive(Debug)]
pub struct Published {
    /// The content.
    pub named: NamedContent,
    /// Its bytes, which its name is the hash of.
    pub binary: Forms,
    /// The same as JSON, for programs that want to read some figures of it.
    pub json: Forms,
}

/// A file in the forms that HTTP has for it.
#[derive(Clone, Debug)]
pub struct Forms {
    /// Its bytes.
    pub identity: Bytes,
    /// Under `Content-Encoding: gzip`.
    pub gzip: Bytes,
    /// Under `Content-Encoding: br`.
    pub brotli: Bytes,
}

impl Contents {
    /// A server that begins with this content.
    pub fn new(content: NamedContent) -> Self {
        let published = vec![Arc::new(Published::of(content))];
        Contents(Arc::new(Mutex::new(State { published, problem: None })))
    }

    /// Makes content the current one.
    pub fn publish(&self, content: NamedContent) {
        let published = Arc::new(Published::of(content));
        let all = &mut self.state().published;
        all.retain(|known| known.named != published.named);
        all.insert(0, published);
        all.truncate(KEPT_MAX);
    }

    /// The content that rooms play by, or begin to play by.
    pub fn current(&self) -> Arc<Published> {
        self.state().published[0].clone()
    }

    /// The content of this name.
    pub fn find(&self, hash: ContentHash) -> Option<Arc<Published>> {
        let state = self.state();
        state.published.iter().find(|published| published.named.hash() == hash).cloned()
    }

    /// Notes why the newest content cannot be used, for the host; `None`: it can.
    pub fn set_problem(&self, problem: Option<String>) {
        self.state().problem = problem;
    }

    /// Why the newest content cannot be used: file, key and reason.
    pub fn problem(&self) -> Option<String> {
        self.state().problem.clone()
    }

    /// There is always a current one, and no code panics between two related changes.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Published {
    fn of(named: NamedContent) -> Self {
        let json = serde_json::to_vec(&**named.content()).expect("content has no maps");
        Published { binary: Forms::of(named.encode()), json: Forms::of(json), named }
    }
}

impl Forms {
    fn of(bytes: Vec<u8>) -> Self {
        const WRITABLE: &str = "a vector takes all bytes";
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&bytes).expect(WRITABLE);
        let mut brotli = Vec::new();
        let settings = brotli::enc::BrotliEncoderParams::default();
        brotli::BrotliCompress(&mut &bytes[..], &mut brotli, &settings).expect(WRITABLE);
        Forms {
            gzip: gzip.finish().expect(WRITABLE).into(),
            brotli: brotli.into(),
            identity: bytes.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::content::Content;

    use super::*;

    fn content(hit_points: u16) -> NamedContent {
        let mut content = Content::built_in().expect("sound");
        content.hulls[0].hit_points = hit_points;
        Arc::new(content).into()
    }

    #[test]
    fn what_was_current_can_be_fetched_for_a_while() {
        let contents = Contents::new(content(1));
        for hit_points in 2..=KEPT_MAX as u16 + 1 {
            contents.publish(content(hit_points));
            assert_eq!(contents.current().named, content(hit_points));
        }
        let has = |hit_points| contents.find(content(hit_points).hash()).is_some();
        assert!(!has(1) && has(2) && has(KEPT_MAX as u16 + 1));
        contents.publish(content(2));
        assert!(contents.current().named == content(2) && has(3), "it is there once");
    }
}
