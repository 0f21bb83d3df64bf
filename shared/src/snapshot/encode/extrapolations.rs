//! Extrapolated states of ships for clients whose update had to wait.
//!
//! A client that holds a ship as of some tick extrapolates it from there. When the ship's turn comes, the server must
//! do the same: from the same tick for many clients, and again some ticks later for clients whose budget was too
//! small. The last few extrapolations of each ship are kept, so that each continues from where it was.

use slotmap::SecondaryMap;

use crate::sim::{ShipKey, ShipState};
use crate::snapshot::history::Span;
use crate::units::Tick;

/// Extrapolations kept per ship. In a crowd, clients hold a ship as of about six different ticks.
const EXTRAPOLATIONS_KEPT: usize = 8;

/// The last extrapolations of each ship.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extrapolations {
    extrapolations: SecondaryMap<ShipKey, Vec<Extrapolation>>,
}

#[derive(Clone, Debug)]
struct Extrapolation {
    from: Tick,
    at: Tick,
    state: ShipState,
}

impl Extrapolations {
    /// The best starting point: a ship extrapolated from `span.exact_at` as far towards `span.baseline` as is known,
    /// and its tick.
    pub(crate) fn find(&self, ship: ShipKey, span: Span) -> Option<(Tick, ShipState)> {
        let kept = self.extrapolations.get(ship)?.iter().find(|kept| kept.from == span.exact_at)?;
        (kept.at <= span.baseline).then_some((kept.at, kept.state))
    }

    /// Keeps a ship extrapolated from `span.exact_at` to `span.baseline`, in place of the least recently used
    /// extrapolation.
    pub(crate) fn keep(&mut self, ship: ShipKey, span: Span, state: &ShipState) {
        if span.exact_at == span.baseline {
            return;
        }
        let Some(entry) = self.extrapolations.entry(ship) else { return };
        // The newest comes last.
        let kept = entry.or_default();
        let same = kept.iter().position(|kept| kept.from == span.exact_at);
        if let Some(place) = same.or((kept.len() == EXTRAPOLATIONS_KEPT).then_some(0)) {
            kept.remove(place);
        }
        kept.push(Extrapolation { from: span.exact_at, at: span.baseline, state: *state });
    }

    /// Drops ships that no longer exist.
    pub(crate) fn retain(&mut self, is_there: impl Fn(ShipKey) -> bool) {
        self.extrapolations.retain(|ship, _| is_there(ship));
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
            let mut extrapolations = Extrapolations::default();
            let first = *pasts.keys().next().unwrap();
            // As in a room: the requested ticks move on with time, and now and then a little back.
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
                if let Some((at, state)) = extrapolations.find(key, span) {
                    prop_assert_eq!(fly(state, baseline.since(at)), all_the_way);
                }
                extrapolations.keep(key, span, &all_the_way);
                prop_assert!(waited == 0 || extrapolations.find(key, span) == Some((baseline, all_the_way)));
            }
        }
    }
}
