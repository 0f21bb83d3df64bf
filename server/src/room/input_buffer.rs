//! The jitter buffer of one client: input commands wait for the tick they name.
//!
//! It remembers the ticks of the last two seconds that had a command, so that the later copy of one that came over
//! two connections is told from a command that came too late.

use driftfield_shared::limits::INPUT_BUFFER_TICKS;
use driftfield_shared::units::{Controls, Tick, ViewLag};

/// What a player asked for in a tick.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct InputCommand {
    /// What the ship shall do.
    pub controls: Controls,
    /// How far in the past the player saw others, as far as that is believed.
    pub view_lag: ViewLag,
}

/// What became of an input command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Received {
    /// It waits for its tick.
    Kept,
    /// Its tick is over.
    Late,
    /// Its tick is further ahead than the buffer reaches.
    TooEarly,
    /// Its tick has had a command already, in time or not: one per tick is all that anyone gets.
    Again,
}

/// Input commands by tick.
#[derive(Clone, Debug)]
pub struct InputBuffer {
    slots: Box<[Option<Slot>]>,
    newest: Option<Tick>,
}

/// The newest command of all the ticks that share a slot.
#[derive(Clone, Copy, Debug)]
struct Slot {
    tick: Tick,
    /// `None` once it was given out, or if it was late.
    command: Option<InputCommand>,
}

impl Default for InputBuffer {
    fn default() -> Self {
        InputBuffer { slots: vec![None; INPUT_BUFFER_TICKS as usize].into(), newest: None }
    }
}

impl InputBuffer {
    /// Takes a command in; `now` is the last tick that was simulated.
    pub fn insert(&mut self, now: Tick, tick: Tick, command: InputCommand) -> Received {
        if tick > now && tick.since(now) >= INPUT_BUFFER_TICKS {
            self.newest = self.newest.max(Some(tick));
            return Received::TooEarly;
        }
        if self.has_had(tick) {
            return Received::Again;
        }
        self.newest = self.newest.max(Some(tick));
        let is_late = tick <= now;
        *self.slot(tick) = Some(Slot { tick, command: (!is_late).then_some(command) });
        if is_late { Received::Late } else { Received::Kept }
    }

    /// Whether a command for a tick has come before. A connection is ordered: where a later tick of the same slot has
    /// had one, this one is a copy that was held up for longer than the buffer reaches.
    pub fn has_had(&self, tick: Tick) -> bool {
        let slot = self.slots[(tick.0 % INPUT_BUFFER_TICKS) as usize];
        slot.is_some_and(|slot| slot.tick >= tick)
    }

    /// The command for a tick, once.
    pub fn take(&mut self, tick: Tick) -> Option<InputCommand> {
        self.slot(tick).as_mut().filter(|slot| slot.tick == tick)?.command.take()
    }

    fn slot(&mut self, tick: Tick) -> &mut Option<Slot> {
        &mut self.slots[(tick.0 % INPUT_BUFFER_TICKS) as usize]
    }

    /// How many ticks ahead of `tick` the newest command is; negative when it came too late. The least there is before
    /// the first: a client that was told of one on time would think that its commands take no longer than it has waited.
    pub fn margin(&self, tick: Tick) -> i8 {
        let ahead = self.newest.map_or(i64::MIN, |newest| newest.distance_from(tick));
        ahead.clamp(-64, 63) as i8
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use driftfield_shared::sim::Rng;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_kept_command_is_given_once_and_at_its_tick(
            sent in prop::collection::vec((0_u32..200, 0_u32..200), 0..120),
        ) {
            // (time of arrival, tick)
            let mut sent = sent;
            sent.sort_unstable();
            let mut buffer = InputBuffer::default();
            let mut kept = BTreeMap::new();
            let mut late = BTreeSet::new();
            let mut given = BTreeMap::new();
            let mut arrivals = sent.into_iter().peekable();
            for now in 0..400_u32 {
                while let Some((_, tick)) = arrivals.next_if(|(at, _)| *at <= now) {
                    let controls = Controls { fire: tick % 2 == 0, ..Controls::default() };
                    let command = InputCommand { controls, view_lag: ViewLag(tick as u8) };
                    match buffer.insert(Tick(now), Tick(tick), command) {
                        Received::Kept => prop_assert_eq!(kept.insert(tick, command), None),
                        Received::Late => {
                            prop_assert!(tick <= now);
                            prop_assert!(late.insert(tick), "late once: {tick}");
                        }
                        Received::TooEarly => prop_assert!(tick >= now + INPUT_BUFFER_TICKS),
                        Received::Again => {
                            let is_known = kept.contains_key(&tick) || late.contains(&tick);
                            let newer = kept.keys().chain(&late).any(|other| *other > tick);
                            prop_assert!(is_known || newer);
                        }
                    }
                }
                if let Some(command) = buffer.take(Tick(now + 1)) {
                    given.insert(now + 1, command);
                }
            }
            prop_assert_eq!(given, kept);
        }
    }

    /// Two ordered paths, each of which holds commands up at times; the path, the arrival and the tick of each.
    fn over_two_paths(seed: u64) -> Vec<(u32, usize, u32)> {
        let mut rng = Rng::new(seed);
        let mut arrivals = Vec::new();
        for path in 0..2 {
            let mut last = 0;
            for tick in 10..400 {
                let held = if rng.below(40) == 0 { rng.below(90) } else { 0 };
                last = last.max(tick - 3 + held);
                arrivals.push((last, path, tick));
            }
        }
        arrivals.sort_unstable();
        arrivals
    }

    #[test]
    fn of_two_copies_the_first_counts_and_late_is_only_what_had_no_copy_in_time() {
        for seed in 0..200 {
            let arrivals = over_two_paths(seed);
            let mut buffer = InputBuffer::default();
            let mut given = BTreeSet::new();
            let mut counts = [0; 4];
            let mut coming = arrivals.iter().peekable();
            for now in 0..600 {
                while let Some((_, _, tick)) = coming.next_if(|(at, ..)| *at <= now) {
                    let received = buffer.insert(Tick(now), Tick(*tick), InputCommand::default());
                    counts[received as usize] += 1;
                }
                given.extend(buffer.take(Tick(now + 1)).map(|_| now + 1));
            }
            let in_time: BTreeSet<u32> =
                arrivals.iter().filter(|(at, _, tick)| at < tick).map(|(.., tick)| *tick).collect();
            assert_eq!(given, in_time, "seed {seed}");
            let (kept, late) = (in_time.len(), 390 - in_time.len());
            assert_eq!(counts, [kept, late, 0, 390], "kept, late, too early, again; seed {seed}");
        }
    }

    #[test]
    fn the_margin_says_how_early_the_newest_command_is() {
        let mut buffer = InputBuffer::default();
        assert_eq!(buffer.margin(Tick(10)), -64);
        buffer.insert(Tick(9), Tick(12), InputCommand::default());
        assert_eq!(buffer.margin(Tick(10)), 2);
        assert_eq!(buffer.margin(Tick(12)), 0);
        assert_eq!(buffer.margin(Tick(15)), -3);
    }
}
