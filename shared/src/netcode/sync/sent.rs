//! The newest input commands, and when each was given to the socket. A snapshot's margin is compared with them.

use std::collections::VecDeque;

use crate::limits::PREDICTED_TICKS_MAX;
use crate::units::{Micros, Tick};

/// Commands in ascending order of ticks, at most [`PREDICTED_TICKS_MAX`]; the oldest are dropped first.
#[derive(Clone, Debug, Default)]
pub struct SentCommands {
    commands: VecDeque<(Tick, Micros)>,
}

impl SentCommands {
    /// Notes that the command for `tick` was given at `now`. Ticks come in ascending order.
    pub fn push(&mut self, tick: Tick, now: Micros) {
        debug_assert!(
            self.newest().is_none_or(|newest| newest < tick),
            "commands are given in ascending order of ticks"
        );
        self.commands.push_back((tick, now));
        if self.commands.len() > PREDICTED_TICKS_MAX {
            self.commands.pop_front();
        }
        debug_assert!(self.commands.len() <= PREDICTED_TICKS_MAX, "memory is bounded");
    }

    /// Forgets the commands from `tick` on, because they are given again.
    pub fn forget_from(&mut self, tick: Tick) {
        while self.commands.pop_back_if(|(given, _)| *given >= tick).is_some() {}
        debug_assert!(
            self.newest().is_none_or(|newest| newest < tick),
            "only commands before `tick` remain"
        );
    }

    /// The tick of the newest command; `None` before the first.
    pub fn newest(&self) -> Option<Tick> {
        self.commands.back().map(|(tick, _)| *tick)
    }

    /// When the command for `tick` was given, if it was and is still remembered.
    pub fn given(&self, tick: Tick) -> Option<Micros> {
        // The requested command is among the newest, so the others are not examined.
        let (given, at) = self.commands.iter().rfind(|(given, _)| *given <= tick)?;
        (*given == tick).then_some(*at)
    }

    /// The commands that a snapshot of tick `now` acknowledges and the one of tick `before` did not, each with the
    /// time at which it was given.
    /// were given.
    pub fn answered(&self, before: Tick, now: Tick) -> impl Iterator<Item = (Tick, Micros)> {
        let newer = self.commands.iter().rev().take_while(|(tick, _)| *tick > before).count();
        let newer = self.commands.range(self.commands.len() - newer..);
        newer.copied().take_while(move |(tick, _)| *tick <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_found_by_its_tick_until_it_is_too_old() {
        let mut sent = SentCommands::default();
        assert_eq!((sent.newest(), sent.given(Tick(1))), (None, None));
        let last = PREDICTED_TICKS_MAX as u32 + 10;
        // Tick 5 was slept through.
        for tick in (1..=last).filter(|tick| *tick != 5) {
            sent.push(Tick(tick), u64::from(tick) * 100);
        }
        assert_eq!(sent.newest(), Some(Tick(last)));
        assert_eq!(sent.given(Tick(last - 1)), Some(u64::from(last - 1) * 100));
        assert_eq!((sent.given(Tick(5)), sent.given(Tick(9))), (None, None));
        let answered: Vec<Tick> = sent.answered(Tick(20), Tick(23)).map(|(tick, _)| tick).collect();
        assert_eq!(answered, [Tick(21), Tick(22), Tick(23)]);
    }
}
