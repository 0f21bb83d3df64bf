//! Places that players point at. Each is shown for some seconds: in the world, on the radar and at the screen's edge.

use glam::Vec2;

/// How long a place is shown, in milliseconds.
const SHOWN_MS: f64 = 6_000.0;
/// Most places at once; the oldest makes room.
const PINGS_MAX: usize = 8;

/// A place that somebody points at.
#[derive(Clone, Debug, PartialEq)]
pub struct Ping {
    /// Where, in world units.
    pub place: Vec2,
    /// Who.
    pub name: String,
    /// The colour of whoever points.
    pub color: [f32; 3],
    /// How much of its time is over, 0..=1.
    pub age: f32,
    at_ms: f64,
}

/// All of them, the newest last.
#[derive(Clone, Debug, Default)]
pub struct Pings {
    list: Vec<Ping>,
    seen: u32,
}

impl Pings {
    /// Somebody points at a place. His last one is over.
    pub fn add(&mut self, now_ms: f64, place: Vec2, name: &str, color: [f32; 3]) {
        self.list.retain(|ping| ping.name != name);
        if self.list.len() >= PINGS_MAX {
            self.list.remove(0);
        }
        self.seen += 1;
        self.list.push(Ping { place, name: name.to_owned(), color, age: 0.0, at_ms: now_ms });
    }

    /// Those that are shown at a moment.
    pub fn at(&mut self, now_ms: f64) -> &[Ping] {
        self.list.iter_mut().for_each(|ping| ping.age = ((now_ms - ping.at_ms) / SHOWN_MS) as f32);
        self.list.retain(|ping| ping.age < 1.0);
        &self.list
    }

    /// How many there were since the player came to the room.
    pub fn seen(&self) -> u32 {
        self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_shown_for_some_seconds_and_one_for_each_player() {
        let mut pings = Pings::default();
        pings.add(0.0, Vec2::X, "Ada", [1.0; 3]);
        pings.add(1_000.0, Vec2::Y, "Bo", [1.0; 3]);
        assert_eq!(pings.at(2_000.0).len(), 2);
        pings.add(3_000.0, Vec2::ZERO, "Ada", [1.0; 3]);
        let shown = pings.at(5_000.0);
        assert_eq!((shown.len(), shown[1].place), (2, Vec2::ZERO));
        assert_eq!(pings.at(8_000.0).len(), 1);
        assert_eq!(pings.at(9_500.0), []);
        (0..50).for_each(|n| pings.add(0.0, Vec2::ZERO, &n.to_string(), [1.0; 3]));
        assert_eq!((pings.at(0.0).len(), pings.seen()), (PINGS_MAX, 53));
    }
}
