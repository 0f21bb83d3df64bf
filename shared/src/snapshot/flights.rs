//! How far ships were flown on for clients that were not told of them.
//!
//! Who holds a ship as of some tick flies it on from there. When its turn comes, the server must do the same, from
//! the same tick for many clients and again some ticks later for those whose budget did not do. The last few flights
//! of each ship are kept, so that each goes on from where it was.

use slotmap::SecondaryMap;

use super::history::Span;
use crate::sim::{ShipKey, ShipState};
use crate::units::Tick;

/// Flights that are kept for a ship: a crowd holds it as of half a dozen ticks.
const FLIGHTS_KEPT: usize = 8;

/// The last flights of each ship.
#[derive(Clone, Debug, Default)]
pub(super) struct Flights {
    flights: SecondaryMap<ShipKey, Vec<Flight>>,
}

#[derive(Clone, Debug)]
struct Flight {
    from: Tick,
    at: Tick,
    state: ShipState,
}

impl Flights {
    /// A ship as flown on from `span.exact_at`, as far towards `span.baseline` as was done, and until when.
    pub(super) fn find(&self, ship: ShipKey, span: Span) -> Option<(Tick, ShipState)> {
        let flight = self.flights.get(ship)?.iter().find(|flight| flight.from == span.exact_at)?;
        let is_on_the_way = flight.at.since(span.exact_at) <= span.baseline.since(span.exact_at);
        is_on_the_way.then_some((flight.at, flight.state))
    }

    /// Keeps a ship as flown on from `span.exact_at` to `span.baseline`, instead of the flight not needed for longest.
    pub(super) fn keep(&mut self, ship: ShipKey, span: Span, state: &ShipState) {
        if span.exact_at == span.baseline {
            return;
        }
        let Some(flights) = self.flights.entry(ship) else { return };
        let flights = flights.or_default();
        let flight = Flight { from: span.exact_at, at: span.baseline, state: *state };
        let place = flights.iter().position(|kept| kept.from == span.exact_at).or_else(|| {
            let oldest = || (0..flights.len()).min_by_key(|&place| flights[place].at);
            (flights.len() == FLIGHTS_KEPT).then(oldest)?
        });
        match place {
            Some(place) => flights[place] = flight,
            None => flights.push(flight),
        }
    }

    /// Forgets ships that are gone.
    pub(super) fn retain(&mut self, is_there: impl Fn(ShipKey) -> bool) {
        self.flights.retain(|ship, _| is_there(ship));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::sim::fly_on;
    use crate::sim::script::Script;

    proptest! {
        #[test]
        fn to_go_on_from_a_flight_that_was_kept_is_to_fly_all_the_way(
            asks in prop::collection::vec((0..12_u32, 0..5_u32, 0..4_usize), 1..120),
        ) {
            let mut script = Script::new("proving-ground", "proving-ground", 4).unwrap();
            let mut pasts = BTreeMap::new();
            for _ in 0..60 {
                script.step();
                pasts.insert(script.world.tick(), script.world.ships().clone());
            }
            let (rules, side) = (script.world.rules().clone(), script.world.side());
            let keys: Vec<ShipKey> = script.world.ships().keys().collect();
            let mut flights = Flights::default();
            let first = *pasts.keys().next().unwrap();
            // As in a room: what is asked for moves on with time, now and then a little back.
            for (index, (waited, back, ship)) in asks.into_iter().enumerate() {
                let baseline = first.plus(20 + index as u32 / 4).minus(back);
                let span = Span { exact_at: baseline.minus(waited), baseline };
                let (Some(&key), Some(past)) = (keys.get(ship), pasts.get(&span.exact_at)) else {
                    continue;
                };
                let Some(start) = past.get(key).map(|ship| ship.state) else { continue };
                let fly = |mut state: ShipState, ticks: u32| {
                    (0..ticks).for_each(|_| fly_on(&mut state, &rules, side));
                    state
                };
                let all_the_way = fly(start, waited);
                if let Some((at, state)) = flights.find(key, span) {
                    prop_assert_eq!(fly(state, baseline.since(at)), all_the_way);
                }
                flights.keep(key, span, &all_the_way);
                prop_assert!(waited == 0 || flights.find(key, span) == Some((baseline, all_the_way)));
            }
        }
    }
}
