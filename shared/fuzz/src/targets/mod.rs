//! One harness for each boundary. Each is a function of bytes, and panics where a rule is broken.

mod greeting;
mod messages;
mod session;
mod snapshots;
mod topics;
mod worlds;

use crate::Target;
pub use greeting::GREETING;
pub use messages::DECODE_CLIENT;
pub use session::DECODE_SERVER;
pub use snapshots::SNAPSHOTS;
pub use topics::TOPICS;
pub use worlds::WORLDS;

/// All of them.
pub const ALL: [Target; 6] = [GREETING, DECODE_CLIENT, DECODE_SERVER, SNAPSHOTS, TOPICS, WORLDS];

/// The folder of this crate.
const HOME: &str = env!("CARGO_MANIFEST_DIR");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::{Until, corpus, fuzz, name_of, paths_in};

    /// Bytes of all corpora together: they are in every clone.
    const CORPUS_BYTES_MAX: usize = 400_000;

    #[test]
    fn no_input_of_the_corpus_and_none_that_is_close_to_it_breaks_a_rule() {
        for target in &ALL {
            if let Err(find) = fuzz(target, 1, Until::Executions(2_000)) {
                panic!("{}: {:02x?}", target.name, find.bytes);
            }
        }
    }

    #[test]
    fn each_target_has_a_corpus_that_is_small_and_named_by_its_bytes() {
        let mut bytes_in_all = 0;
        for target in &ALL {
            let paths = paths_in(&corpus(target));
            assert!(!paths.is_empty(), "{} has no corpus", target.name);
            for path in paths {
                let bytes = std::fs::read(&path).unwrap();
                assert_eq!(path.file_name().unwrap().to_str(), Some(&*name_of(&bytes)));
                bytes_in_all += bytes.len();
            }
        }
        assert!(bytes_in_all <= CORPUS_BYTES_MAX, "{bytes_in_all} bytes: minimise them");
    }
}
