//! Time: simulation ticks, and microseconds from the clock of the caller.

use serde::{Deserialize, Serialize};

/// Microseconds on the caller's own monotonic clock. Only differences between them are meaningful.
pub type Micros = u64;

/// One step of the simulation, counted from the start of its room.
///
/// At 30 Hz a `u32` lasts 4.5 years, so it never wraps and can be `Ord`.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
pub struct Tick(pub u32);

/// How far in the past a player's screen shows other ships, in eighths of a tick.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct ViewLag(pub u8);

impl ViewLag {
    /// Steps per tick.
    pub const STEPS_PER_TICK: u32 = 8;
    /// Bits on the wire; the largest value is 31 ticks.
    pub const BITS: u32 = 8;

    /// The value nearest to a number of ticks.
    pub fn from_ticks(ticks: f64) -> Self {
        // `as` saturates at both ends.
        ViewLag((ticks * f64::from(Self::STEPS_PER_TICK)).round() as u8)
    }

    /// The value in ticks; exact.
    pub fn ticks(self) -> f32 {
        f32::from(self.0) / Self::STEPS_PER_TICK as f32
    }
}

impl Tick {
    /// The next tick.
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The tick `ticks` later; saturates at `u32::MAX`.
    pub fn plus(self, ticks: u32) -> Self {
        Tick(self.0.saturating_add(ticks))
    }

    /// The tick `ticks` earlier; saturates at tick 0.
    pub fn minus(self, ticks: u32) -> Self {
        Tick(self.0.saturating_sub(ticks))
    }

    /// Ticks from `earlier` to `self`; 0 if `earlier` is later.
    pub fn since(self, earlier: Tick) -> u32 {
        self.0.saturating_sub(earlier.0)
    }

    /// Signed ticks from `other` to `self`.
    pub fn distance_from(self, other: Tick) -> i64 {
        i64::from(self.0) - i64::from(other.0)
    }

    /// The tick nearest to `self` whose low 16 bits are `low`, because the wire sends only those.
    ///
    /// Correct if the true tick is within 32,767 ticks of `self` (18 minutes at 30 Hz).
    pub fn nearest_with_low_bits(self, low: u16) -> Tick {
        let ahead = low.wrapping_sub(self.0 as u16) as i16;
        Tick(self.0.saturating_add_signed(i32::from(ahead)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_bits_find_the_nearest_tick_on_either_side_of_a_wrap() {
        for now in [0, 5, 65_530, 65_540, 1_000_000] {
            for offset in [-300_i32, -1, 0, 1, 300] {
                let Some(truth) = u32::checked_add_signed(now, offset) else { continue };
                assert_eq!(Tick(now).nearest_with_low_bits(truth as u16), Tick(truth));
            }
        }
    }
}
