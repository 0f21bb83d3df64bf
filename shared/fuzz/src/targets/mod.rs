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
    use crate::runner::{Until, fuzz};

    #[test]
    fn no_input_of_the_corpus_and_none_that_is_close_to_it_breaks_a_rule() {
        for target in &ALL {
            if let Err(find) = fuzz(target, 1, Until::Executions(2_000)) {
                panic!("{}: {:02x?}", target.name, find.bytes);
            }
        }
    }
}
