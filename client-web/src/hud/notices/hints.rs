//! Which hint a newcomer is shown, and when. It depends on what the player has not done yet.

use crate::input::Device;
use crate::say;

/// Seconds of play after which a player gets no more hints.
const NEWCOMER_SECONDS: f64 = 240.0;
/// Seconds of thrust after which a player is assumed to know how to fly.
const FLIGHT_SECONDS: f64 = 0.7;
/// Seconds before the first hint.
const FIRST_SECONDS: f64 = 1.0;
/// Seconds in which players may find out by themselves, before a hint is shown.
const PATIENCE_SECONDS: f64 = 5.0;
/// Total seconds for which a hint is shown, so that it does not stay on the screen for ever.
const SHOWN_SECONDS: f64 = 10.0;
/// Seconds after a hit in which no hint is shown, because the player is in a fight.
const FIGHT_SECONDS: f64 = 6.0;

/// Something to learn, in this order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hint {
    /// How to fly.
    Fly,
    /// That asteroids are outside the safe zone.
    GoOut,
    /// How to get ore out of an asteroid.
    Mine,
    /// How to collect it.
    Collect,
    /// Where to sell it.
    Sell,
}

impl Hint {
    const ALL: [Hint; 5] = [Hint::Fly, Hint::GoOut, Hint::Mine, Hint::Collect, Hint::Sell];

    /// What to use, and what for. `flying` are the keys for flying.
    pub fn words(self, device: Device, flying: String) -> (String, String) {
        match (self, device) {
            (Hint::Fly, Device::Keys) => (flying, say::HINT_FLY_KEYS.text()),
            (Hint::Fly, Device::Touch) => (say::HINT_FLY_TOUCH.text(), say::HINT_FLY_WHY.text()),
            (Hint::Fly, Device::Pad) => (say::HINT_FLY_PAD.text(), say::HINT_FLY_WHY.text()),
            (Hint::GoOut, _) => (say::HINT_GO_OUT.text(), say::HINT_GO_OUT_WHY.text()),
            (Hint::Mine, Device::Keys) => {
                (say::HINT_MINE_KEYS.text(), say::HINT_MINE_KEYS_WHY.text())
            }
            (Hint::Mine, Device::Touch) => {
                (say::HINT_MINE_TOUCH.text(), say::HINT_MINE_TOUCH_WHY.text())
            }
            (Hint::Mine, Device::Pad) => (say::HINT_MINE_PAD.text(), say::HINT_MINE_PAD_WHY.text()),
            (Hint::Collect, _) => (say::HINT_COLLECT.text(), say::HINT_COLLECT_WHY.text()),
            (Hint::Sell, _) => (say::HINT_SELL.text(), say::HINT_SELL_WHY.text()),
        }
    }
}

/// The player's situation at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Situation {
    /// Time now, in seconds.
    pub now: f64,
    /// Whether there is a ship.
    pub is_alive: bool,
    /// Hit points of the ship.
    pub hit_points: u16,
    /// Whether the player asks for thrust.
    pub is_thrusting: bool,
    /// Whether the sector has asteroids and a station.
    pub has_mining: bool,
    /// Whether the ship is in the safe zone, where guns are off.
    pub is_safe: bool,
    /// Whether an asteroid is on the screen.
    pub sees_rock: bool,
    /// Whether ore is on the screen.
    pub sees_ore: bool,
    /// Whether another ship is close enough for a fight.
    pub is_threatened: bool,
    /// Units in the hold.
    pub cargo: u32,
    /// Whether any credits were earned since the start.
    pub has_sold: bool,
}

/// What the player has done, and which hints were shown so far.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    started: Option<f64>,
    last: f64,
    flown: f64,
    has_loaded: bool,
    hit_points: u16,
    hit_at: Option<f64>,
    /// The hint that is due now, and since when.
    current: Option<(Hint, f64)>,
    /// Seconds for which each hint was shown.
    shown: [f64; Hint::ALL.len()],
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
        self.has_loaded |= situation.cargo > 0;
        if situation.hit_points < self.hit_points {
            self.hit_at = Some(now);
        }
        self.hit_points = situation.hit_points;
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
        if now - since < patience || self.is_fight(situation) {
            return None;
        }
        let shown = &mut self.shown[lesson as usize];
        if *shown >= SHOWN_SECONDS {
            return None;
        }
        *shown += passed;
        Some(lesson)
    }

    /// Whether the player is in a fight and should not have to read.
    fn is_fight(&self, situation: &Situation) -> bool {
        let was_hit = self.hit_at.is_some_and(|at| situation.now - at < FIGHT_SECONDS);
        was_hit || (situation.is_threatened && !situation.is_safe)
    }

    /// What the player can learn now. A hint names only what can be seen or done at this moment.
    fn lesson(&self, situation: &Situation) -> Option<Hint> {
        Some(match () {
            () if self.flown < FLIGHT_SECONDS => Hint::Fly,
            () if !situation.has_mining => return None,
            () if situation.cargo > 0 => Hint::Sell,
            // The ore was lost with the ship. The player knows how to collect it.
            () if self.has_loaded => return None,
            () if situation.sees_ore => Hint::Collect,
            () if situation.is_safe => Hint::GoOut,
            () if situation.sees_rock => Hint::Mine,
            () => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a situation in steps of a tenth of a second, and returns the last hint.
    fn run(hints: &mut Hints, from: f64, seconds: f64, situation: Situation) -> Option<Hint> {
        let mut last = None;
        for step in 0..(seconds * 10.0) as u32 {
            let now = from + f64::from(step) / 10.0;
            last = hints.update(&Situation { now, ..situation });
        }
        last
    }

    fn idle() -> Situation {
        Situation { is_alive: true, hit_points: 100, has_mining: true, ..Situation::default() }
    }

    /// A player who knows how to fly and sees an asteroid.
    fn flying() -> Situation {
        Situation { is_thrusting: true, sees_rock: true, ..idle() }
    }

    #[test]
    fn each_lesson_comes_when_it_is_not_done_and_goes_when_it_is() {
        let mut hints = Hints::default();
        assert_eq!(run(&mut hints, 0.0, 0.9, idle()), None);
        assert_eq!(run(&mut hints, 1.0, 1.0, idle()), Some(Hint::Fly));
        let leaving = Situation { is_safe: true, ..flying() };
        assert_eq!(run(&mut hints, 2.0, 2.0, leaving), None);
        assert_eq!(run(&mut hints, 4.0, 6.0, leaving), Some(Hint::GoOut), "no gun fires here");
        assert_eq!(run(&mut hints, 10.0, 6.0, flying()), Some(Hint::Mine));
        let ore = Situation { sees_ore: true, ..flying() };
        assert_eq!(run(&mut hints, 16.0, 6.0, ore), Some(Hint::Collect));
        let loaded = Situation { cargo: 3, ..ore };
        assert_eq!(run(&mut hints, 22.0, 4.0, loaded), None);
        assert_eq!(run(&mut hints, 26.0, 3.0, loaded), Some(Hint::Sell));
        assert_eq!(run(&mut hints, 29.0, 9.0, flying()), None, "lost with the ship");
        assert_eq!(run(&mut hints, 38.0, 6.0, loaded), Some(Hint::Sell));
        assert_eq!(run(&mut hints, 44.0, 5.0, Situation { has_sold: true, ..loaded }), None);
    }

    #[test]
    fn a_hint_names_only_what_is_on_the_screen() {
        let ore = Situation { sees_ore: true, ..flying() };
        let mut hints = Hints::default();
        assert_eq!(run(&mut hints, 0.0, 8.0, ore), Some(Hint::Collect));
        let nothing = Situation { sees_ore: false, sees_rock: false, ..ore };
        assert_eq!(hints.update(&Situation { now: 8.0, ..nothing }), None, "no crystal any more");
        assert_eq!(run(&mut hints, 8.1, 60.0, nothing), None, "and no asteroid either");
    }

    #[test]
    fn a_hint_that_is_not_followed_is_gone_after_ten_seconds_and_stays_away() {
        for situation in [
            idle(),
            flying(),
            Situation { is_safe: true, ..flying() },
            Situation { sees_ore: true, ..flying() },
            Situation { cargo: 1, ..flying() },
        ] {
            let mut hints = Hints::default();
            let mut shown = 0;
            for step in 0..2_400 {
                let now = f64::from(step) / 10.0;
                shown += u32::from(hints.update(&Situation { now, ..situation }).is_some());
            }
            assert!((90..=102).contains(&shown), "{shown} tenths of a second: {situation:?}");
        }
    }

    #[test]
    fn no_hint_covers_a_fight() {
        let mut hints = Hints::default();
        assert_eq!(run(&mut hints, 0.0, 8.0, flying()), Some(Hint::Mine));
        let hurt = Situation { hit_points: 80, ..flying() };
        assert_eq!(run(&mut hints, 8.0, 5.0, hurt), None);
        assert_eq!(run(&mut hints, 13.0, 3.0, hurt), Some(Hint::Mine), "the fight is over");
        let close = Situation { is_threatened: true, ..hurt };
        assert_eq!(run(&mut hints, 16.0, 2.0, close), None);
    }

    #[test]
    fn a_room_without_mining_has_no_hints_on_it() {
        let mut hints = Hints::default();
        let flying = Situation { has_mining: false, ..flying() };
        assert_eq!(run(&mut hints, 0.0, 30.0, flying), None);
    }

    #[test]
    fn hints_are_short() {
        for hint in Hint::ALL {
            for device in [Device::Keys, Device::Touch, Device::Pad] {
                let (what, why) = hint.words(device, "W A S D".to_owned());
                assert!(what.split(' ').chain(why.split(' ')).count() <= 12);
            }
        }
    }
}
