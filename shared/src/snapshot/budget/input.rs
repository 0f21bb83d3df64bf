//! The input of a plan: the world, what the client may see, and what it holds.

use glam::Vec2;

use crate::snapshot::history::Source;
use crate::snapshot::interest::{exit_near, view_centre};
use crate::snapshot::sets::{PerKind, SlotSet, Visible, Waiting};
use crate::units::PlayerId;

/// Input of a plan. Entities that are gone must already be removed from `held`.
#[derive(Clone, Copy)]
pub(crate) struct PlanInput<'a> {
    pub source: Source<'a>,
    pub visible: &'a Visible,
    pub held: &'a PerKind<SlotSet>,
    pub waiting: &'a Waiting,
    pub player: PlayerId,
    /// Ticks since the client's last snapshot; 0 for a full snapshot.
    pub ticks: u32,
    /// Estimated bits to update a ship that has waited.
    pub late_update_bits: usize,
}

impl PlanInput<'_> {
    /// The centre of the player's view.
    pub(super) fn centre(&self) -> Vec2 {
        view_centre(self.source.world, self.player).unwrap_or_default()
    }

    /// The exit of a gate that the player may be about to fly through.
    pub(super) fn exit(&self) -> Option<Vec2> {
        exit_near(self.source.world, self.centre())
    }
}
