//! What changes hands in a room, for the books.

use std::sync::Arc;

use driftfield_shared::units::{Credits, Units};

use crate::store::AccountId;

/// Some ore or money changes hands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Transfer {
    /// Whose hold or purse; `None`: a guest's.
    pub account: Option<AccountId>,
    /// What happens.
    pub deal: Deal,
}

/// What happens to ore and money. Ores are named by their identifiers in the content.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Deal {
    /// Ore comes into the hold.
    Collected(Arc<str>, Units),
    /// The station takes ore out of the hold, and pays this.
    Sold(Arc<str>, Units, Credits),
    /// Ore is lost with the ship.
    Lost(Arc<str>, Units),
    /// Something is bought at a dock, for this.
    Bought(Arc<str>, Credits),
    /// What was bought does not exist any more, and is paid back.
    Refunded(Arc<str>, Credits),
    /// The ship is made of these things from now on.
    Fitted(Vec<String>),
}
