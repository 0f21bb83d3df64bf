//! The durations and limits of the clock, in ticks of one room.

/// Duration of the start, in seconds. The clock may be steered faster then, because the ship has just appeared.
const START_SECONDS: f64 = 1.0;
/// Guard by which commands arrive earlier than needed, in ticks, and in seconds where that is longer: it covers timer
/// errors of both machines.
const GUARD_TICKS: f64 = 0.25;
const GUARD_SECONDS: f64 = 0.005;
/// Largest lead for jitter, in seconds. Beyond it, lateness is the lesser evil.
const JITTER_SECONDS_MAX: f64 = 0.1;
/// Delay over the fastest command, in seconds, above which a stall held the command, which no lead could cure.
const STALL_SECONDS: f64 = 0.2;
/// Seconds of successive snapshots that are delayed as if by a stall, but do not arrive in one burst, after which the
/// path itself has changed and the measurements of the old one are forgotten.
const OTHER_PATH_SECONDS: f64 = 0.67;
/// Error in seconds above which the clock jumps instead of being steered.
const JUMP_SECONDS: f64 = 0.4;
/// Ticks beyond the lead for jitter: if snapshots are that late and our commands are that early, the server has
/// paused.
const SLEPT_TICKS: f64 = 2.0;

/// The durations in ticks of one room, with a minimum of a few ticks where ticks are long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    pub start: u32,
    pub guard: f64,
    pub jitter_max: f64,
    pub stall: f64,
    pub other_path: u32,
    pub jump: f64,
    pub slept: f64,
}

impl Lengths {
    pub fn of(tick_hz: u16) -> Self {
        let ticks = |seconds: f64, least: f64| (seconds * f64::from(tick_hz)).max(least);
        Lengths {
            start: ticks(START_SECONDS, 10.0) as u32,
            guard: ticks(GUARD_SECONDS, GUARD_TICKS),
            jitter_max: ticks(JITTER_SECONDS_MAX, 1.5),
            stall: ticks(STALL_SECONDS, 3.0),
            other_path: ticks(OTHER_PATH_SECONDS, 10.0) as u32,
            jump: ticks(JUMP_SECONDS, 6.0),
            slept: ticks(JITTER_SECONDS_MAX, 1.5) + SLEPT_TICKS,
        }
    }
}
