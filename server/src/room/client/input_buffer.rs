//! The jitter buffer of one client: input commands wait in it for their tick.
//!
//! It remembers which ticks of the last two seconds had a command, so that a duplicate over the second connection can
//! be told from a command that came too late.
//!
//! A client whose server paused gives the commands of some ticks again, because the earlier ones are not what its
//! player wants now. Of two commands for a future tick, the one that acknowledges the later snapshot counts. So each
//! tick still has one command, and duplicates cannot bring an old one back.

use driftfield_shared::limits::input_buffer_ticks;
use driftfield_shared::units::Tick;

use crate::room::state::InputCommand;

/// The result of adding an input command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Received {
    /// It waits for its tick.
    Kept,
    /// Its tick is over.
    Late,
    /// Its tick is beyond the end of the buffer.
    TooEarly,
    /// Its tick already had a command, in time or late. Each tick gets only one.
    Again,
}

/// Input commands by tick.
#[derive(Clone, Debug)]
pub struct InputBuffer {
    slots: Box<[Option<Slot>]>,
    /// Acknowledgement and tick of the newest command, in this order of comparison.
    newest: Option<(Tick, Tick)>,
}

/// The newest command of all the ticks that share a slot.
#[derive(Clone, Copy, Debug)]
struct Slot {
    tick: Tick,
    ack: Tick,
    /// `None` after it was taken out, or if it was late.
    command: Option<InputCommand>,
}

impl InputBuffer {
    /// A buffer for a room of `tick_hz` ticks a second.
    pub fn new(tick_hz: u16) -> Self {
        let slots = vec![None; input_buffer_ticks(tick_hz) as usize].into();
        InputBuffer { slots, newest: None }
    }

    /// Adds a command that acknowledges the snapshot of tick `ack`; `now` is the last simulated tick.
    pub fn insert(&mut self, now: Tick, tick: Tick, ack: Tick, command: InputCommand) -> Received {
        if tick > now && tick.since(now) as usize >= self.slots.len() {
            self.newest = self.newest.max(Some((ack, tick)));
            return Received::TooEarly;
        }
        // A connection is ordered. If a later tick of the same slot had a command, this one is a duplicate that was
        // delayed for longer than the buffer is long.
        let before = self.slot(tick).filter(|before| before.tick >= tick);
        let is_renewed = |before: Slot| before.tick == tick && tick > now && ack > before.ack;
        if before.is_some_and(|before| !is_renewed(before)) {
            return Received::Again;
        }
        self.newest = self.newest.max(Some((ack, tick)));
        let is_late = tick <= now;
        *self.slot(tick) = Some(Slot { tick, ack, command: (!is_late).then_some(command) });
        if is_late { Received::Late } else { Received::Kept }
    }

    /// Takes out the command for a tick.
    pub fn take(&mut self, tick: Tick) -> Option<InputCommand> {
        self.slot(tick).as_mut().filter(|slot| slot.tick == tick)?.command.take()
    }

    fn slot(&mut self, tick: Tick) -> &mut Option<Slot> {
        let index = tick.0 as usize % self.slots.len();
        &mut self.slots[index]
    }

    /// The input margin: how many ticks ahead of `tick` the newest command is; negative when it came too late. Before
    /// the first command it is the smallest value: a client that was told of a command in time would conclude that
    /// its commands take no longer than it has waited.
    pub fn margin(&self, tick: Tick) -> i8 {
        let ahead = self.newest.map_or(i64::MIN, |(_, newest)| newest.distance_from(tick));
        ahead.clamp(-64, 63) as i8
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use driftfield_shared::sim::Rng;
    use driftfield_shared::units::{Controls, ViewLag};
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
            let mut buffer = InputBuffer::new(30);
            let mut kept = BTreeMap::new();
            let mut late = BTreeSet::new();
            let mut given = BTreeMap::new();
            let mut arrivals = sent.into_iter().peekable();
            for now in 0..400_u32 {
                while let Some((_, tick)) = arrivals.next_if(|(at, _)| *at <= now) {
                    let controls = Controls { fire: tick % 2 == 0, ..Controls::default() };
                    let command = InputCommand { controls, view_lag: ViewLag(tick as u8) };
                    match buffer.insert(Tick(now), Tick(tick), Tick(0), command) {
                        Received::Kept => prop_assert_eq!(kept.insert(tick, command), None),
                        Received::Late => {
                            prop_assert!(tick <= now);
                            prop_assert!(late.insert(tick), "late once: {tick}");
                        }
                        Received::TooEarly => prop_assert!(tick >= now + input_buffer_ticks(30)),
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
            let mut buffer = InputBuffer::new(30);
            let mut given = BTreeSet::new();
            let mut counts = [0; 4];
            let mut coming = arrivals.iter().peekable();
            for now in 0..600 {
                while let Some((_, _, tick)) = coming.next_if(|(at, ..)| *at <= now) {
                    let received =
                        buffer.insert(Tick(now), Tick(*tick), Tick(0), InputCommand::default());
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
        let mut buffer = InputBuffer::new(30);
        assert_eq!(buffer.margin(Tick(10)), -64);
        buffer.insert(Tick(9), Tick(12), Tick(8), InputCommand::default());
        assert_eq!(buffer.margin(Tick(10)), 2);
        assert_eq!(buffer.margin(Tick(12)), 0);
        assert_eq!(buffer.margin(Tick(15)), -3);
    }

    #[test]
    fn a_command_that_acknowledges_more_replaces_one_that_waits_and_no_copy_brings_it_back() {
        let command = |boost| InputCommand {
            controls: Controls { boost, ..Controls::default() },
            ..InputCommand::default()
        };
        let mut buffer = InputBuffer::new(30);
        for tick in 11..60 {
            assert_eq!(
                buffer.insert(Tick(10), Tick(tick), Tick(9), command(false)),
                Received::Kept
            );
        }
        assert_eq!(buffer.margin(Tick(10)), 49);
        assert_eq!(buffer.take(Tick(11)), Some(command(false)));
        let again = [(11, 10, Received::Again), (12, 10, Received::Kept), (12, 9, Received::Again)];
        for (tick, ack, received) in again {
            let is_new = ack == 10;
            assert_eq!(
                buffer.insert(Tick(11), Tick(tick), Tick(ack), command(is_new)),
                received,
                "tick {tick}, acknowledging {ack}"
            );
        }
        assert_eq!(buffer.margin(Tick(11)), 1, "the newest command is the one given last");
        assert_eq!(buffer.take(Tick(12)), Some(command(true)));
        assert_eq!(buffer.take(Tick(13)), Some(command(false)));
    }

    #[test]
    fn a_burst_of_two_seconds_is_kept_at_every_tick_rate() {
        for tick_hz in [10, 20, 30, 60, 120] {
            let mut buffer = InputBuffer::new(tick_hz);
            let burst = 2 * u32::from(tick_hz);
            let is_kept = |tick| {
                let received =
                    buffer.insert(Tick(100), Tick(tick), Tick(90), InputCommand::default());
                received == Received::Kept
            };
            assert!((101..=100 + burst).all(is_kept), "{tick_hz} Hz");
        }
    }
}
