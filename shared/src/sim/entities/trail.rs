//! Positions of a ship in the last ticks, for lag compensation.
//!
//! A shot is judged against the place of its target on the shooter's screen, which shows others a little in the
//! past. Y. W. Bernier, "Latency Compensating Methods in Client/Server In-game Protocol Design and
//! Optimization", 2001.

use std::collections::VecDeque;

use glam::Vec2;
use serde::{Deserialize, Serialize};

use crate::units::ViewLag;

/// The places of a ship, the newest last. A ship that returns begins a new trail.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Trail {
    places: VecDeque<Vec2>,
}

impl Trail {
    /// Number of places that are kept for a lag of up to `lag_max`: the one of now, one for each whole tick of lag, and one
    /// more to interpolate with.
    pub fn places_max(lag_max: ViewLag) -> usize {
        usize::from(lag_max.0).div_ceil(ViewLag::STEPS_PER_TICK as usize) + 1
    }

    /// Adds the place of this tick, and keeps as many places as a lag of up to `lag_max` needs.
    pub fn push(&mut self, place: Vec2, lag_max: ViewLag) {
        while self.places.len() >= Self::places_max(lag_max) {
            self.places.pop_front();
        }
        self.places.push_back(place);
    }

    /// Forgets the oldest places beyond this number.
    pub fn shorten(&mut self, places_max: usize) {
        let surplus = self.places.len().saturating_sub(places_max);
        self.places.drain(..surplus);
    }

    /// The place `lag` before the newest one, between two ticks on the straight line. `None` if the ship was
    /// not there yet, or longer ago than is kept.
    pub fn at(&self, lag: ViewLag) -> Option<Vec2> {
        let steps = ViewLag::STEPS_PER_TICK;
        let (whole, part) = (u32::from(lag.0) / steps, u32::from(lag.0) % steps);
        let newest = self.places.len().checked_sub(1)?;
        let place = |ticks: u32| self.places.get(newest.checked_sub(ticks as usize)?);
        let later = *place(whole)?;
        if part == 0 {
            return Some(later);
        }
        let earlier = *place(whole + 1)?;
        // From the earlier to the later one, as the client goes from one snapshot to the next.
        Some(earlier.lerp(later, (steps - part) as f32 / steps as f32))
    }

    /// All places kept, oldest first.
    pub fn places(&self) -> impl ExactSizeIterator<Item = Vec2> {
        self.places.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_tells_places_between_ticks_and_none_from_before_its_start() {
        let mut trail = Trail::default();
        let lag_max = ViewLag(20);
        assert_eq!(trail.at(ViewLag(0)), None);
        for tick in 0..3 {
            trail.push(Vec2::new(tick as f32 * 8.0, 0.0), lag_max);
        }
        assert_eq!(trail.at(ViewLag(0)), Some(Vec2::new(16.0, 0.0)));
        assert_eq!(trail.at(ViewLag(8)), Some(Vec2::new(8.0, 0.0)));
        assert_eq!(trail.at(ViewLag(11)), Some(Vec2::new(5.0, 0.0)));
        assert_eq!(trail.at(ViewLag(17)), None);
        for tick in 3..100 {
            trail.push(Vec2::new(tick as f32 * 8.0, 0.0), lag_max);
        }
        assert_eq!(trail.at(lag_max), Some(Vec2::new(99.0 * 8.0 - 20.0, 0.0)));
        assert_eq!(trail.places().count(), 4);
    }
}
