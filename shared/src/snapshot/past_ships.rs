//! The states of ships in the ticks that deltas may still be written against.

use slotmap::SecondaryMap;

use super::slots::{Slot, slot_of};
use super::tick_ring::TickRing;
use crate::sim::{ShipKey, ShipState};
use crate::units::Tick;

/// The states of all ships, by tick.
#[derive(Clone, Debug, Default)]
pub(super) struct PastShips {
    ticks: TickRing<States>,
}

type States = SecondaryMap<ShipKey, ShipState>;

impl PastShips {
    /// Takes in where they are in `tick`.
    pub fn record(
        &mut self,
        tick: Tick,
        ships: impl Iterator<Item = (ShipKey, ShipState)> + Clone,
    ) {
        let states = self.ticks.begin(tick);
        states.clear();
        make_room(states, ships.clone().map(|(key, _)| slot_of(key)).max().unwrap_or(0));
        for (key, state) in ships {
            states.insert(key, state);
        }
    }

    /// The state of a ship in a tick that is not too long ago.
    pub fn at(&self, tick: Tick, key: ShipKey) -> Option<&ShipState> {
        self.ticks.at(tick)?.get(key)
    }
}

/// Gives an empty map room for slots up to `last`, and less than three times as much: this is most of what a room remembers of a
/// ship, and a map that grows by itself doubles. A room would take megabytes more from one ship to the next, and never less again.
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
    use crate::limits::HISTORY_TICKS;
    use crate::units::{Angle, HullId, PlayerId, Thrust};

    type Ships = SlotMap<ShipKey, ShipState>;

    fn ship(hit_points: u16) -> ShipState {
        ShipState {
            player: PlayerId(1),
            hull: HullId(0),
            position: Vec2::ZERO,
            velocity: Vec2::ZERO,
            aim: Angle::from_steps(0),
            aim_rate: 0,
            thrust: Thrust::NONE,
            boosting: false,
            protected: false,
            hit_points,
        }
    }

    fn record(past: &mut PastShips, tick: Tick, ships: &Ships) {
        past.record(tick, ships.iter().map(|(key, state)| (key, *state)));
    }

    #[test]
    fn a_state_is_remembered_for_so_many_ticks_and_only_of_who_was_there() {
        let (mut ships, mut past) = (Ships::with_key(), PastShips::default());
        let early = ships.insert(ship(7));
        record(&mut past, Tick(1), &ships);
        ships[early].hit_points = 3;
        let late = ships.insert(ship(1));
        for tick in 2..=HISTORY_TICKS {
            record(&mut past, Tick(tick), &ships);
        }
        let hit_points = |past: &PastShips, tick| past.at(Tick(tick), early).map(|s| s.hit_points);
        assert_eq!((hit_points(&past, 1), hit_points(&past, 2)), (Some(7), Some(3)));
        assert!(past.at(Tick(1), late).is_none() && past.at(Tick(2), late).is_some());
        record(&mut past, Tick(HISTORY_TICKS + 1), &ships);
        assert_eq!((hit_points(&past, 1), hit_points(&past, 2)), (None, Some(3)));
    }

    #[test]
    fn memory_follows_the_last_slot_in_use_up_and_down() {
        let (mut ships, mut past) = (Ships::with_key(), PastShips::default());
        let mut tick = Tick(0);
        let mut room_for = |past: &mut PastShips, ships: &Ships| {
            tick = tick.plus(HISTORY_TICKS);
            for tick in (0..HISTORY_TICKS).map(|ago| tick.minus(ago)) {
                record(past, tick, ships);
            }
            let remembered = (0..HISTORY_TICKS).map(|ago| past.ticks.at(tick.minus(ago)).unwrap());
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
