//! How a client plays.

use super::lanes::RoomTopics;
use crate::protocol::{AccountTicket, Token};

/// Settings of a client.
#[derive(Clone, Debug, Default)]
pub struct ClientConfig {
    /// The name to play under.
    pub name: String,
    /// The token of a seat to take back.
    pub token: Option<Token>,
    /// A ticket of the player's account.
    pub ticket: Option<AccountTicket>,
    /// Whether a program plays.
    pub is_bot: bool,
    /// Whether to compare the state held here with the server's record of it, once per second.
    pub wants_checks: bool,
    /// The topics of the room to subscribe to.
    pub topics: RoomTopics,
}
