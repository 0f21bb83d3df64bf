//! The jitter buffer of one client: input commands wait for the tick they name.

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
    /// Its tick has a command already: one per tick is all that anyone gets.
    Again,
}

/// Input commands by tick.
#[derive(Clone, Debug)]
pub struct InputBuffer {
    slots: Box<[Option<(Tick, InputCommand)>]>,
    newest: Option<Tick>,
}

impl Default for InputBuffer {
    fn default() -> Self {
        InputBuffer { slots: vec![None; INPUT_BUFFER_TICKS as usize].into(), newest: None }
    }
}

impl InputBuffer {
    /// Takes a command in; `now` is the last tick that was simulated.
    pub fn insert(&mut self, now: Tick, tick: Tick, command: InputCommand) -> Received {
        self.newest = self.newest.max(Some(tick));
        if tick <= now {
            return Received::Late;
        }
        if tick.since(now) >= INPUT_BUFFER_TICKS {
            return Received::TooEarly;
        }
        let slot = &mut self.slots[(tick.0 % INPUT_BUFFER_TICKS) as usize];
        if slot.is_some_and(|(kept, _)| kept == tick) {
            return Received::Again;
        }
        *slot = Some((tick, command));
        Received::Kept
    }

    /// The command for a tick, once.
    pub fn take(&mut self, tick: Tick) -> Option<InputCommand> {
        let slot = &mut self.slots[(tick.0 % INPUT_BUFFER_TICKS) as usize];
        slot.take_if(|(kept, _)| *kept == tick).map(|(_, command)| command)
    }

    /// How many ticks ahead of `tick` the newest command is; negative when it came too late. 0 before the first.
    pub fn margin(&self, tick: Tick) -> i8 {
        let ahead = self.newest.map_or(0, |newest| newest.distance_from(tick));
        ahead.clamp(-64, 63) as i8
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
            let mut given = BTreeMap::new();
            let mut arrivals = sent.into_iter().peekable();
            for now in 0..400_u32 {
                while let Some((_, tick)) = arrivals.next_if(|(at, _)| *at <= now) {
                    let controls = Controls { fire: tick % 2 == 0, ..Controls::default() };
                    let command = InputCommand { controls, view_lag: ViewLag(tick as u8) };
                    match buffer.insert(Tick(now), Tick(tick), command) {
                        Received::Kept => prop_assert_eq!(kept.insert(tick, command), None),
                        Received::Late => prop_assert!(tick <= now),
                        Received::TooEarly => prop_assert!(tick >= now + INPUT_BUFFER_TICKS),
                        Received::Again => prop_assert!(kept.contains_key(&tick)),
                    }
                }
                if let Some(command) = buffer.take(Tick(now + 1)) {
                    given.insert(now + 1, command);
                }
            }
            prop_assert_eq!(given, kept);
        }
    }

    #[test]
    fn the_margin_says_how_early_the_newest_command_is() {
        let mut buffer = InputBuffer::default();
        assert_eq!(buffer.margin(Tick(10)), 0);
        buffer.insert(Tick(9), Tick(12), InputCommand::default());
        assert_eq!(buffer.margin(Tick(10)), 2);
        assert_eq!(buffer.margin(Tick(12)), 0);
        assert_eq!(buffer.margin(Tick(15)), -3);
    }
}
