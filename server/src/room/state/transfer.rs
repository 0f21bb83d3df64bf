//! What changes hands in a room, for the books.

use std::sync::Arc;

use driftfield_shared::units::{Credits, Units};

use crate::store::AccountId;

/// Some ore changes hands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Transfer {
    /// Whose hold; `None`: a guest's.
    pub account: Option<AccountId>,
    /// Which ore, by its identifier in the content.
    pub ore: Arc<str>,
    /// How much.
    pub units: Units,
    /// What happens to it.
    pub deal: Deal,
}

/// What happens to ore.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Deal {
    /// It comes into the hold.
    Collected,
    /// The station takes it out of the hold, and pays this.
    Sold(Credits),
    /// It is lost with the ship.
    Lost,
}
