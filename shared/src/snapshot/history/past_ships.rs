//! Ship states of the ticks that can still be a baseline.

use slotmap::SecondaryMap;

use super::tick_ring::TickRing;
use crate::sim::{ShipKey, ShipState};
use crate::snapshot::sets::{Slot, slot_of};
use crate::units::Tick;

/// The states of all ships, by tick.
#[derive(Clone, Debug, Default)]
pub(crate) struct PastShips {
    ticks: TickRing<States>,
}

type States = SecondaryMap<ShipKey, ShipState>;

impl PastShips {
    /// Records the states in `tick`; those of `kept` ticks are remembered.
    pub fn record(
        &mut self,
        tick: Tick,
        kept: u32,
        ships: impl Iterator<Item = (ShipKey, ShipState)> + Clone,
    ) {
        let states = self.ticks.begin(tick, kept);
        states.clear();
        make_room(states, ships.clone().map(|(key, _)| slot_of(key)).max().unwrap_or(0));
        for (key, state) in ships {
            let before = states.insert(key, state);
            debug_assert!(before.is_none(), "a ship has one state in a tick");
        }
    }

    /// The state of a ship in a past tick within the history.
    pub fn at(&self, tick: Tick, key: ShipKey) -> Option<&ShipState> {
        self.ticks.at(tick)?.get(key)
    }
}

/// Makes room for slots up to `last`, and for less than three times as many. These maps are most of a room's memory
/// per ship, and a map that grows by itself doubles: one more ship would then cost a room megabytes that are never
/// freed.
fn make_room(states: &mut States, last: Slot) {
    let room = (last as usize).next_multiple_of(STEP).max(STEP);
    if states.capacity() < room || states.capacity() > 2 * room + STEP {
        *states = States::with_capacity(room);
    }
}

/// Slots that room is made for at a time.
const STEP: usize = 64;

#[cfg(test)]
mod tests {
    use glam::Vec2;
    use slotmap::SlotMap;

    use super::*;
    use crate::sim::Fit;
    use crate::units::{Angle, HullId, PlayerId, Thrust};

    type Ships = SlotMap<ShipKey, ShipState>;

    const KEPT: u32 = 64;

    fn ship(hit_points: u16) -> ShipState {
        ShipState {
            player: PlayerId(1),
            hull: HullId(0),
            fit: Fit::default(),
            shield: 0,
            shield_wait: 0,
            position: Vec2::ZERO,
            velocity: Vec2::ZERO,
            aim: Angle::from_steps(0),
            aim_rate: 0,
            thrust: Thrust::NONE,
            boosting: false,
            protected: false,
            gate_ticks: 0,
            hit_points,
        }
    }

    fn record(past: &mut PastShips, tick: Tick, ships: &Ships) {
        past.record(tick, KEPT, ships.iter().map(|(key, state)| (key, *state)));
    }

    #[test]
    fn a_state_is_remembered_for_so_many_ticks_and_only_of_who_was_there() {
        let (mut ships, mut past) = (Ships::with_key(), PastShips::default());
        let early = ships.insert(ship(7));
        record(&mut past, Tick(1), &ships);
        ships[early].hit_points = 3;
        let late = ships.insert(ship(1));
        for tick in 2..=KEPT {
            record(&mut past, Tick(tick), &ships);
        }
        let hit_points = |past: &PastShips, tick| past.at(Tick(tick), early).map(|s| s.hit_points);
        assert_eq!((hit_points(&past, 1), hit_points(&past, 2)), (Some(7), Some(3)));
        assert!(past.at(Tick(1), late).is_none() && past.at(Tick(2), late).is_some());
        record(&mut past, Tick(KEPT + 1), &ships);
        assert_eq!((hit_points(&past, 1), hit_points(&past, 2)), (None, Some(3)));
    }

    #[test]
    fn memory_follows_the_last_slot_in_use_up_and_down() {
        let (mut ships, mut past) = (Ships::with_key(), PastShips::default());
        let mut tick = Tick(0);
        let mut room_for = |past: &mut PastShips, ships: &Ships| {
            tick = tick.plus(KEPT);
            for tick in (0..KEPT).map(|ago| tick.minus(ago)) {
                record(past, tick, ships);
            }
            let remembered = (0..KEPT).map(|ago| past.ticks.at(tick.minus(ago)).unwrap());
            remembered.map(|states| states.capacity()).max().unwrap()
        };
        let keys: Vec<ShipKey> = (0..513).map(|_| ships.insert(ship(1))).collect();
        let most = room_for(&mut past, &ships);
        assert!((513..513 + STEP).contains(&most), "{most}");
        for key in &keys[5..] {
            ships.remove(*key);
        }
        assert!(room_for(&mut past, &ships) <= 3 * STEP);
        assert_eq!(past.at(tick, keys[4]), Some(&ships[keys[4]]));
    }
}
