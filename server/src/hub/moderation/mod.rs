//! What keeps company bearable: roles and what they may do, kicks, reports, votes, and whom accounts ignore.
//!
//! ```text
//! room --Ask<Plea>--> ModerationService --> powers (permission) --> players (target) --> store: sanction, audit --durable--> Answer
//! admin --HostOrder-->        |                                                        \--> Kicks --> rooms
//!                             +--> votes --> the board `vote` of the room
//! ```
//!
//! What players and hosts have to know of it is in `docs/moderation.md`.

mod acts;
mod finding;
mod friendship;
mod ignores;
mod kicks;
mod networks;
mod players;
mod powers;
mod service;
mod votes;
mod voting;

use driftfield_shared::protocol::{Act, Complaint, RefusalReason, Role, VOTE, VoteId};
use ipnet::IpNet;
use tokio::sync::oneshot;

pub(super) use finding::account_name;
pub use ignores::Ignores;
pub use kicks::{Guest, Kick, Kicked, Kicks};
pub use players::{Present, Subject};
pub use service::ModerationService;

/// What a player asks of moderation.
#[derive(Debug)]
pub enum Plea {
    /// To hear an account no more, or again.
    Ignore(Subject, bool),
    /// Whom the player ignores.
    Ignored,
    /// To be friends, or to have nothing more to do with each other.
    Befriend(Subject, bool),
    /// The player's friends.
    Friends,
    /// To tell moderators of somebody.
    Report(Subject, Complaint, String),
    /// What only some roles may do.
    Moderate(Subject, Act, String),
    /// Who somebody is.
    LookUp(Subject),
    /// To say something to everyone.
    Announce(String),
    /// A vote on somebody.
    StartVote(Subject, String),
    /// A vote.
    Vote(VoteId, bool),
}

/// What the host asks of moderation.
#[derive(Debug)]
pub struct HostOrder {
    /// What.
    pub what: HostWish,
    /// What became of it, when it is durable.
    pub reply: oneshot::Sender<Result<HostReply, RefusalReason>>,
}

/// What the host can ask for.
#[derive(Debug)]
pub enum HostWish {
    /// Everyone who is on-line.
    Players,
    /// To do something to somebody.
    Moderate(HostSubject, Act, String),
    /// To say something to everyone.
    Announce(String),
}

/// Whom the host means. The host may see addresses.
#[derive(Debug)]
pub enum HostSubject {
    /// As moderators name them.
    Subject(Subject),
    /// Everyone in a network.
    Network(IpNet),
}

/// What the host is told.
#[derive(Debug)]
pub enum HostReply {
    /// Everyone who is on-line, with roles and short hashes of networks.
    Players(Vec<Seen>),
    /// It is done, to somebody of this name; empty: to everyone.
    Done(String),
}

/// A player, as the host sees one.
#[derive(Debug)]
pub struct Seen {
    /// Where and who.
    pub present: Present,
    /// The role.
    pub role: Role,
    /// The short hash of the network, in ten hexadecimal digits.
    pub network: Option<String>,
}

/// The name under which the hub publishes the vote of a room.
pub fn vote_topic(room: &str) -> String {
    format!("{VOTE}/{room}")
}

/// The name of the board of every room that never voted.
pub const NO_VOTE: &str = "vote/";
