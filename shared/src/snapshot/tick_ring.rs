//! What was so in each of the last ticks.

use crate::limits::HISTORY_TICKS;
use crate::units::Tick;

/// A place for each of the last [`HISTORY_TICKS`] ticks. It takes memory from the first tick on.
#[derive(Clone, Debug, Default)]
pub(super) struct TickRing<T> {
    places: Vec<(Tick, T)>,
}

impl<T: Default> TickRing<T> {
    /// The place of a new tick. What was so a whole turn ago is still in it, so that its memory can be used again.
    pub fn begin(&mut self, tick: Tick) -> &mut T {
        if self.places.is_empty() {
            self.places.resize_with(HISTORY_TICKS as usize, Default::default);
        }
        let (at, place) = &mut self.places[index_of(tick)];
        *at = tick;
        place
    }

    /// What was so in a tick that is not too long ago.
    pub fn at(&self, tick: Tick) -> Option<&T> {
        let (at, place) = self.places.get(index_of(tick))?;
        (*at == tick).then_some(place)
    }
}

fn index_of(tick: Tick) -> usize {
    tick.0 as usize % HISTORY_TICKS as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tick_is_remembered_until_its_place_is_taken() {
        let mut ring = TickRing::<u32>::default();
        assert_eq!(ring.at(Tick(1)), None);
        for tick in 1..=HISTORY_TICKS {
            *ring.begin(Tick(tick)) = tick;
        }
        assert_eq!(ring.at(Tick(1)), Some(&1));
        assert_eq!(ring.at(Tick(HISTORY_TICKS + 1)), None, "it has not been");
        assert_eq!(*ring.begin(Tick(HISTORY_TICKS + 1)), 1, "what was there is used again");
        assert_eq!(ring.at(Tick(1)), None);
        assert_eq!(ring.at(Tick(2)), Some(&2));
    }
}
