//! How much of their time a room's ticks take.

/// Share of a tick's time that ticks take on average, up to all of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Busy(f32);

impl Busy {
    /// Ticks over which their length is averaged, about.
    pub const TICKS: u32 = 10;

    /// Notes that a tick took such a share of its time.
    pub fn note(&mut self, share: f32) {
        // One tick that was held up for long is no crowd.
        self.0 += (share.clamp(0.0, 1.0) - self.0) / Busy::TICKS as f32;
    }

    /// The average, `0.0..=1.0`.
    pub fn share(self) -> f32 {
        self.0
    }
}
