//! Ring buffer: one value per recent tick.

use crate::units::Tick;

/// One value for each of the last ticks. It allocates with the first tick.
#[derive(Clone, Debug, Default)]
pub(crate) struct TickRing<T> {
    places: Vec<(Tick, T)>,
}

impl<T: Default> TickRing<T> {
    /// The value of a new tick; `kept` values are remembered. It still contains the value of `kept` ticks ago, so that
    /// its memory can be reused.
    pub fn begin(&mut self, tick: Tick, kept: u32) -> &mut T {
        if self.places.len() != kept as usize {
            self.places.clear();
            self.places.resize_with(kept as usize, Default::default);
        }
        let (at, place) = &mut self.places[(tick.0 % kept) as usize];
        debug_assert!(*at <= tick, "ticks run forward: {at:?} before {tick:?}");
        *at = tick;
        place
    }

    /// The value of a tick; `None` if the tick is too old or has not come yet.
    pub fn at(&self, tick: Tick) -> Option<&T> {
        let index = (tick.0 as usize).checked_rem(self.places.len())?;
        let (at, place) = &self.places[index];
        (*at == tick).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tick_is_remembered_until_its_place_is_taken() {
        let mut ring = TickRing::<u32>::default();
        assert_eq!(ring.at(Tick(1)), None);
        for tick in 1..=5 {
            *ring.begin(Tick(tick), 5) = tick;
        }
        assert_eq!(ring.at(Tick(1)), Some(&1));
        assert_eq!(ring.at(Tick(6)), None, "it has not come yet");
        assert_eq!(*ring.begin(Tick(6), 5), 1, "the old value is reused");
        assert_eq!(ring.at(Tick(1)), None);
        assert_eq!(ring.at(Tick(2)), Some(&2));
    }
}
