//! What players say to each other, as the page keeps and reads it. It knows no browser and no clock.
//!
//! ```text
//! what was typed --typing--> Meaning --page--> Outbox --PageMessage::Ask--> worker --> server
//! Note::Lines, Note::Answer ------------------> Log, Outbox --shown--> ShownLine --> hud
//! ```

mod log;
mod outbox;
mod pings;
mod said;
mod shown;
mod told;
mod typing;
mod wheel;

pub use log::{ALL as LINES_OF, Log};
pub use outbox::{Fate, Outbox, Outgoing};
pub use pings::{Ping, Pings};
pub use said::{is_action, refusal, text_of};
pub use shown::{Own, Receipt, ShownBody, ShownLine, insert, shown};
pub use told::Told;
pub use typing::{Command, Completion, Fault, Meaning, People, Recall, To, commands, read, target};
pub use wheel::{Wheel, direction_of, phrase, phrase_at};
