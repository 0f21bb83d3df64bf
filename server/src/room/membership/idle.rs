//! Asks players who have been idle for long for their seats, while another player waits for one.

use driftfield_shared::units::{PlayerId, Tick};

/// Seconds without any change of the controls after which a player is idle.
const IDLE_SECONDS: u32 = 300;
/// Seconds from the warning until the seat is given away.
const NOTICE_SECONDS: u16 = 30;
/// Seconds for which a refused player counts as waiting; clients try again several times in that time.
const WAIT_SECONDS: u32 = 60;

/// What to do with an idle player.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// Warn the player that the seat will be given away in this many seconds.
    Ask(PlayerId, u16),
    /// Give the seat away.
    Release(PlayerId),
}

/// Who waits, and who was warned.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdleWatch {
    /// When a player was last refused because the room was full.
    wanted_at: Option<Tick>,
    /// Who was warned last, and when.
    asked: Option<(PlayerId, Tick)>,
}

impl IdleWatch {
    /// Notes that a person was refused because the room is full.
    pub fn note_wanted(&mut self, now: Tick) {
        self.wanted_at = Some(now);
    }

    /// What to do in tick `now` of a room of `tick_hz` ticks per second. `acted` are the connected players, and when
    /// each of them last acted. Only one is warned at a time.
    pub fn step(
        &mut self,
        now: Tick,
        tick_hz: u16,
        mut acted: impl Iterator<Item = (PlayerId, Tick)>,
    ) -> Option<Step> {
        let ticks = |seconds: u32| seconds * u32::from(tick_hz);
        let wanted_at = self.wanted_at?;
        if now.since(wanted_at) > ticks(WAIT_SECONDS) {
            *self = IdleWatch::default();
            return None;
        }
        let Some((player, asked_at)) = self.asked else {
            let (player, acted_at) = acted.min_by_key(|(_, at)| *at)?;
            if now.since(acted_at) < ticks(IDLE_SECONDS) {
                return None;
            }
            self.asked = Some((player, now));
            return Some(Step::Ask(player, NOTICE_SECONDS));
        };
        let is_idle = acted.any(|(other, at)| other == player && at <= asked_at);
        if !is_idle {
            self.asked = None;
            return None;
        }
        if now.since(asked_at) < ticks(NOTICE_SECONDS.into()) {
            return None;
        }
        *self = IdleWatch::default();
        Some(Step::Release(player))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HZ: u16 = 10;
    const ADA: PlayerId = PlayerId(1);
    const BOB: PlayerId = PlayerId(2);

    /// Runs a room in which Ada acts when told to and Bob always; a player waits from second `wanted` on.
    fn run(seconds: u32, wanted: u32, ada_acts: impl Fn(u32) -> bool) -> Vec<(u32, Step)> {
        let mut watch = IdleWatch::default();
        let mut ada = Tick(0);
        let mut steps = Vec::new();
        for tick in 0..seconds * u32::from(HZ) {
            let second = tick / u32::from(HZ);
            if ada_acts(second) {
                ada = Tick(tick);
            }
            if second >= wanted {
                watch.note_wanted(Tick(tick));
            }
            let acted = [(BOB, Tick(tick)), (ADA, ada)].into_iter();
            steps.extend(watch.step(Tick(tick), HZ, acted).map(|step| (second, step)));
            if matches!(steps.last(), Some((_, Step::Release(_)))) {
                break;
            }
        }
        steps
    }

    #[test]
    fn an_idle_player_is_told_and_makes_room_when_somebody_waits() {
        let steps = run(600, 400, |_| false);
        assert_eq!(steps, [(400, Step::Ask(ADA, 30)), (430, Step::Release(ADA))]);
    }

    #[test]
    fn who_does_something_after_the_question_stays() {
        let steps = run(600, 400, |second| second == 420);
        assert_eq!(steps, [(400, Step::Ask(ADA, 30))]);
    }

    #[test]
    fn nobody_is_asked_while_nobody_waits() {
        assert_eq!(run(2_000, 3_000, |_| false), []);
    }
}
