//! Parties: accounts that play together, over rooms, visits and restarts.
//!
//! ```text
//! room --Ask<PartyWish>--> PartyService --Company: who may--> changes --store--> durable --> the answer --> room
//!                               |    \--> notices
//! rooms --who is there, once a second--> Company: where members are, who was away too long
//!                               \--> the board `party/ID`, which each member finds as its `party`
//! ```
//!
//! What is said in a party is chat's; it asks [`Parties`] who is in which.

mod look;
mod machine;
mod service;

use driftfield_shared::protocol::{PARTY, PARTY_CHAT};

use crate::hub::{Place, topic_name};
use crate::store::{AccountId, PartyId};

pub use look::{Wanted, Whereabouts};
pub use service::{Invited, Parties, PartyAsk, PartyService};

/// The name under which the hub publishes a party.
fn party_topic(party: PartyId) -> String {
    format!("{PARTY}/{:016x}", party.0)
}

/// The names by which the room of a member finds the topics of its party: the board, and what is said there.
pub fn own_party_topics(account: AccountId) -> [String; 2] {
    [format!("{PARTY}/of:{account}"), format!("{PARTY_CHAT}/of:{account}")]
}

/// The topics that these names lead to.
fn led_to(party: PartyId) -> [String; 2] {
    [party_topic(party), topic_name(&Place::Party(party))]
}

/// The name of the board of whoever is in no party.
pub const NO_PARTY: &str = "party/";
