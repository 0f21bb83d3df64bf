//! What goes over the socket, but for the inside of snapshots.

mod close;
pub mod codec;
mod control;

pub use close::CloseReason;
pub use control::{
    ClientControl, Hello, LeaderboardLine, PlayerInfo, ServerControl, Token, Welcome,
};
