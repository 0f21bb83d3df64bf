//! What a measurement took: time, and processor time of this process.

use std::time::Duration;

/// Duration and processor time of a measurement.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::fleet) struct Flown {
    /// The measured time, without the joining.
    pub(in crate::fleet) measured: Duration,
    /// Time since the start and processor time of the process when measuring began.
    pub(in crate::fleet) cpu_from: Option<(Duration, Duration)>,
    /// The same at the end.
    pub(in crate::fleet) cpu_to: Option<(Duration, Duration)>,
}

impl Flown {
    /// Processor time per bot and tick, in microseconds.
    pub(super) fn cpu_micros(&self, bots: u64, tick_hz: u16) -> Option<f64> {
        let ((from, before), (to, after)) = (self.cpu_from?, self.cpu_to?);
        let bot_ticks = to.saturating_sub(from).as_secs_f64() * f64::from(tick_hz) * bots as f64;
        (bot_ticks >= 1.0).then(|| after.saturating_sub(before).as_secs_f64() * 1e6 / bot_ticks)
    }
}
