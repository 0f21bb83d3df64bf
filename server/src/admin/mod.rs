//! The host's commands to a running server.
//!
//! ```text
//! server admin ... --AdminCommand, a line of JSON--> socket in the data folder --> Office --> hub/moderation, store, rooms
//!        ^                                                                            |
//!        +------------------------------- Reply, a line of JSON ----------------------+
//! ```
//!
//! The socket is of the Unix kind, and only the user who runs the server can open it, so whoever can is the host. The lines are
//! described in `docs/moderation.md`.

mod answer;
mod command;
#[cfg(unix)]
mod line;
mod office;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod socket;
mod stop;

pub use answer::{Answer, Failure, FailureCode, Reply};
pub use command::AdminCommand;
pub use office::Office;
#[cfg(unix)]
pub use program::{ProgramError, ask};
#[cfg(unix)]
pub use socket::{AdminSocket, SocketError};
pub use stop::StopClock;
