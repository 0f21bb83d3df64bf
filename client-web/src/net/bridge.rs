//! Translates the worker's clock to the page's.
//!
//! Both count microseconds since the Unix epoch, but a browser may round their origins differently, or let them drift
//! apart when the machine sleeps. The fastest delivery of the last seconds gives the offset, because no message
//! arrives before it was sent.

use std::collections::VecDeque;

use driftfield_shared::units::Micros;

/// Deliveries that are remembered: some seconds of them.
const SAMPLES: usize = 256;

/// Translates times of the worker.
#[derive(Clone, Debug, Default)]
pub struct ClockBridge {
    /// Page time minus worker time at each delivery.
    offsets: VecDeque<i64>,
    best: i64,
}

impl ClockBridge {
    /// Notes a delivery.
    pub fn note(&mut self, sent: Micros, received: Micros) {
        let offset = (received as i64).saturating_sub(sent as i64);
        self.offsets.push_back(offset);
        let dropped = match self.offsets.len() > SAMPLES {
            true => self.offsets.pop_front(),
            false => None,
        };
        let is_stale = self.offsets.len() == 1 || dropped == Some(self.best);
        self.best = match is_stale {
            true => self.offsets.iter().copied().min().unwrap_or(0),
            false => self.best.min(offset),
        };
    }

    /// The page's time of a moment on the worker's clock.
    pub fn to_page(&self, at: Micros) -> Micros {
        at.saturating_add_signed(self.best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quickest_delivery_gives_the_offset() {
        let mut bridge = ClockBridge::default();
        for (sent, received) in [(1_000, 6_900), (2_000, 7_100), (3_000, 20_000)] {
            bridge.note(sent, received);
        }
        assert_eq!(bridge.to_page(10_000), 15_100);
    }

    #[test]
    fn clocks_that_part_are_followed() {
        let mut bridge = ClockBridge::default();
        bridge.note(1_000, 1_000);
        for i in 0..SAMPLES as u64 {
            bridge.note(2_000 + i, 2_500 + i);
        }
        assert_eq!(bridge.to_page(10_000), 10_500);
    }
}
