//! What players say to each other, as the page keeps and reads it. It knows no browser and no clock.
//!
//! ```text
//! what was typed --draft, commands--> Meaning --page--> Outbox --PageMessage::Ask--> worker --> server
//! Note::Lines, Note::Answer ------------------> Log, Outbox --shown--> ShownLine --> hud
//! ```

mod commands;
mod complete;
mod draft;
mod log;
mod moderate;
mod outbox;
mod pings;
mod recall;
mod said;
mod shown;
mod told;
mod wheel;

pub use commands::{Command, all as commands};
pub use complete::Completion;
pub use draft::{Fault, Meaning, People, To, read, target};
pub use log::Log;
pub use outbox::{Fate, Outbox, Outgoing};
pub use pings::{Ping, Pings};
pub use recall::Recall;
pub use said::{is_action, refusal, text_of};
pub use shown::{Own, Receipt, ShownBody, ShownLine, insert, shown};
pub use told::Told;
pub use wheel::{Wheel, direction_of, phrase, phrase_at};
