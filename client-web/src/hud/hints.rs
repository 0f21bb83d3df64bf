//! What a newcomer is told, when: by what they have not done yet, never by a page to read.

use crate::input::Device;

/// Seconds after which nobody is a newcomer any more.
const NEWCOMER_SECONDS: f64 = 240.0;
/// Seconds of flying that show that one can.
const FLIGHT_SECONDS: f64 = 0.7;
/// Seconds before the first hint.
const FIRST_SECONDS: f64 = 1.0;
/// Seconds that one may find out by oneself.
const PATIENCE_SECONDS: f64 = 5.0;

/// Something to learn, in this order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hint {
    /// How to fly.
    Fly,
    /// How to get at ore.
    Mine,
    /// How to take it.
    Collect,
    /// Where to sell it.
    Sell,
}

impl Hint {
    /// The words: what to use, and what for.
    pub fn words(self, device: Device) -> (&'static str, &'static str) {
        match (self, device) {
            (Hint::Fly, Device::Keys) => ("W A S D", "or the arrow keys to fly"),
            (Hint::Fly, Device::Touch) => ("Left thumb", "to fly"),
            (Hint::Fly, Device::Pad) => ("Left stick", "to fly"),
            (Hint::Mine, Device::Keys) => ("Left button or Space", "fires: break an asteroid"),
            (Hint::Mine, Device::Touch) => ("Right thumb", "aims and fires: break an asteroid"),
            (Hint::Mine, Device::Pad) => {
                ("Right stick and trigger", "aim and fire: break an asteroid")
            }
            (Hint::Collect, _) => ("Fly over the crystals", "to load them"),
            (Hint::Sell, _) => ("Fly to the station", "to sell what you carry"),
        }
    }
}

/// What the newcomer is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Situation {
    /// Now, seconds.
    pub now: f64,
    /// Whether the ship flies.
    pub is_alive: bool,
    /// Whether the engines are asked to push.
    pub is_thrusting: bool,
    /// Whether there is anything to mine and somewhere to sell.
    pub has_mining: bool,
    /// Whether ore floats in view.
    pub sees_ore: bool,
    /// Units in the hold.
    pub cargo: u32,
    /// Whether any credits were earned since the start.
    pub has_sold: bool,
}

/// Where the newcomer stands.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    started: Option<f64>,
    last: f64,
    flown: f64,
    has_seen_ore: bool,
    has_loaded: bool,
    /// What is to be learnt now, and since when.
    current: Option<(Hint, f64)>,
}

impl Hints {
    /// The hint to show now, if any.
    pub fn update(&mut self, situation: &Situation) -> Option<Hint> {
        let now = situation.now;
        let started = *self.started.get_or_insert(now);
        let passed = (now - self.last).clamp(0.0, 0.25);
        self.last = now;
        if situation.is_thrusting && situation.is_alive {
            self.flown += passed;
        }
        self.has_seen_ore |= situation.sees_ore;
        self.has_loaded |= situation.cargo > 0;
        if now - started > NEWCOMER_SECONDS || situation.has_sold || !situation.is_alive {
            return None;
        }
        let Some(lesson) = self.lesson(situation) else {
            self.current = None;
            return None;
        };
        let since = match self.current {
            Some((hint, since)) if hint == lesson => since,
            _ => now,
        };
        self.current = Some((lesson, since));
        let patience = if lesson == Hint::Fly { FIRST_SECONDS } else { PATIENCE_SECONDS };
        (now - since >= patience).then_some(lesson)
    }

    fn lesson(&self, situation: &Situation) -> Option<Hint> {
        Some(match () {
            () if self.flown < FLIGHT_SECONDS => Hint::Fly,
            () if !situation.has_mining => return None,
            () if situation.cargo > 0 => Hint::Sell,
            // Lost on the way: how to get it is known.
            () if self.has_loaded => return None,
            () if self.has_seen_ore => Hint::Collect,
            () => Hint::Mine,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs tenths of a second of a situation; gives the last hint.
    fn run(hints: &mut Hints, from: f64, seconds: f64, situation: Situation) -> Option<Hint> {
        let mut last = None;
        for step in 0..(seconds * 10.0) as u32 {
            let now = from + f64::from(step) / 10.0;
            last = hints.update(&Situation { now, ..situation });
        }
        last
    }

    #[test]
    fn each_lesson_comes_when_it_is_not_done_and_goes_when_it_is() {
        let mut hints = Hints::default();
        let idle = Situation { is_alive: true, has_mining: true, ..Situation::default() };
        assert_eq!(run(&mut hints, 0.0, 0.9, idle), None);
        assert_eq!(run(&mut hints, 1.0, 1.0, idle), Some(Hint::Fly));
        let flying = Situation { is_thrusting: true, ..idle };
        assert_eq!(run(&mut hints, 2.0, 2.0, flying), None);
        assert_eq!(run(&mut hints, 4.0, 6.0, flying), Some(Hint::Mine));
        let ore = Situation { sees_ore: true, ..flying };
        assert_eq!(run(&mut hints, 10.0, 6.0, ore), Some(Hint::Collect));
        let loaded = Situation { cargo: 3, ..ore };
        assert_eq!(run(&mut hints, 16.0, 4.0, loaded), None);
        assert_eq!(run(&mut hints, 20.0, 3.0, loaded), Some(Hint::Sell));
        assert_eq!(run(&mut hints, 23.0, 9.0, flying), None, "lost with the ship");
        assert_eq!(run(&mut hints, 32.0, 6.0, loaded), Some(Hint::Sell));
        assert_eq!(run(&mut hints, 38.0, 5.0, Situation { has_sold: true, ..loaded }), None);
    }

    #[test]
    fn who_knows_it_all_is_told_nothing() {
        let mut hints = Hints::default();
        let flying = Situation { is_alive: true, is_thrusting: true, ..Situation::default() };
        assert_eq!(run(&mut hints, 0.0, 30.0, flying), None, "no mining here");
    }

    #[test]
    fn hints_are_short() {
        for hint in [Hint::Fly, Hint::Mine, Hint::Collect, Hint::Sell] {
            for device in [Device::Keys, Device::Touch, Device::Pad] {
                let (what, why) = hint.words(device);
                assert!(what.split(' ').chain(why.split(' ')).count() <= 12);
            }
        }
    }
}
