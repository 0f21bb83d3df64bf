//! News of the player's ship: compares each look at it with the one before.

use driftfield_shared::sim::OwnState;

use super::toasts::{ToastKind, Toasts};
use crate::say;

/// A sale is over after this long without another one.
const SALE_PAUSE_MS: f64 = 1_200.0;
/// How long most notices stay.
const NOTICE_MS: f64 = 3_000.0;
/// How long the reason for a silent gun is shown after the trigger is released.
const GUN_NOTICE_MS: f64 = 2_000.0;

/// One look at our ship.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Time now, in milliseconds.
    pub now_ms: f64,
    /// The part of the state that only we are sent.
    pub own: &'a OwnState,
    /// Capacity of the hold, in units.
    pub hold_max: u16,
    /// Whether we have a ship.
    pub is_alive: bool,
    /// Whether our ship cannot be damaged.
    pub is_protected: bool,
    /// Whether we are within the station's safe zone.
    pub is_near_station: bool,
    /// How often the trigger was pulled since the page was opened.
    pub trigger_pulls: u32,
    /// Whether the trigger is held now.
    pub is_trigger_held: bool,
}

/// What was seen last.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    credits: Option<u32>,
    sold: u32,
    sold_at_ms: f64,
    was_full: bool,
    was_near_station: bool,
    was_protected: bool,
    trigger_pulls: u32,
}

impl Watch {
    /// Compares, and shows what is new.
    pub fn look(&mut self, look: &Look<'_>, toasts: &mut Toasts) {
        let Look { now_ms, own, .. } = *look;
        let earned = self.credits.map_or(0, |credits| own.credits.saturating_sub(credits));
        self.credits = Some(own.credits);
        if earned > 0 {
            let goes_on = now_ms - self.sold_at_ms <= SALE_PAUSE_MS;
            self.sold = if goes_on { self.sold.saturating_add(earned) } else { earned };
            self.sold_at_ms = now_ms;
            let sold = self.sold;
            let text = move || say::toast_sold(sold);
            toasts.show(now_ms, "sale", ToastKind::Gain, text, SALE_PAUSE_MS + 800.0);
        }
        let cargo: u32 = own.hold.iter().copied().map(u32::from).sum();
        let is_full = cargo >= u32::from(look.hold_max) && look.hold_max > 0 && look.is_alive;
        if is_full && !self.was_full {
            toasts.show(now_ms, "hold", ToastKind::Warn, || say::TOAST_FULL.text(), NOTICE_MS);
        }
        self.was_full = is_full;
        let is_near_station = look.is_near_station && look.is_alive;
        let is_protected = look.is_protected && look.is_alive;
        if is_near_station != self.was_near_station && look.is_alive {
            let (kind, text) = match is_near_station {
                true => (ToastKind::Safe, say::TOAST_SAFE),
                false => (ToastKind::Warn, say::TOAST_LEAVING),
            };
            toasts.show(now_ms, "zone", kind, move || text.text(), NOTICE_MS);
        } else if is_protected && !self.was_protected && !is_near_station {
            toasts.show(now_ms, "zone", ToastKind::Safe, || say::TOAST_PROTECTED.text(), NOTICE_MS);
        }
        self.was_near_station = is_near_station;
        self.was_protected = is_protected;
        let has_pulled = look.trigger_pulls != self.trigger_pulls;
        self.trigger_pulls = look.trigger_pulls;
        if is_near_station && has_pulled {
            toasts.show(
                now_ms,
                "zone",
                ToastKind::Warn,
                || say::TOAST_GUNS_OFF.text(),
                GUN_NOTICE_MS,
            );
        } else if is_near_station && look.is_trigger_held {
            toasts.keep(now_ms, "zone", GUN_NOTICE_MS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(now_ms: f64, own: &OwnState) -> Look<'_> {
        Look {
            now_ms,
            own,
            hold_max: 40,
            is_alive: true,
            is_protected: false,
            is_near_station: false,
            trigger_pulls: 0,
            is_trigger_held: false,
        }
    }

    fn texts(toasts: &mut Toasts, now: f64) -> Vec<String> {
        toasts.at(now).into_iter().map(|toast| toast.text).collect()
    }

    #[test]
    fn one_sale_is_one_notice_with_its_sum() {
        let (mut watch, mut toasts) = (Watch::default(), Toasts::default());
        let mut own = OwnState { credits: 500, ..OwnState::default() };
        watch.look(&look(0.0, &own), &mut toasts);
        assert!(toasts.at(0.0).is_empty(), "what we come with is no news");
        for (now, credits) in [(100.0, 504), (200.0, 526), (1_000.0, 530)] {
            own.credits = credits;
            watch.look(&look(now, &own), &mut toasts);
        }
        assert_eq!(texts(&mut toasts, 1_000.0), ["+30 cr"]);
        own.credits = 539;
        watch.look(&look(5_000.0, &own), &mut toasts);
        assert_eq!(texts(&mut toasts, 5_000.0), ["+9 cr"]);
    }

    #[test]
    fn a_full_hold_is_told_once() {
        let (mut watch, mut toasts) = (Watch::default(), Toasts::default());
        let own = OwnState { hold: vec![30, 10], ..OwnState::default() };
        watch.look(&look(0.0, &own), &mut toasts);
        assert_eq!(toasts.at(0.0).len(), 1);
        watch.look(&look(4_000.0, &own), &mut toasts);
        assert!(toasts.at(4_000.0).is_empty());
    }

    #[test]
    fn a_shot_that_the_safe_zone_forbids_says_why_each_time() {
        let (mut watch, mut toasts) = (Watch::default(), Toasts::default());
        let own = OwnState::default();
        let safe = |now, trigger_pulls, is_trigger_held| Look {
            is_near_station: true,
            trigger_pulls,
            is_trigger_held,
            ..look(now, &own)
        };
        let says_why = |toasts: &mut Toasts, now| {
            texts(toasts, now).iter().any(|text| text.starts_with("Guns are off"))
        };
        watch.look(&safe(0.0, 0, false), &mut toasts);
        assert!(!says_why(&mut toasts, 0.0));
        // A click that ends before the next look counts, too.
        for (pulls, now) in [(1, 100.0), (2, 10_000.0), (3, 20_000.0)] {
            watch.look(&safe(now, pulls, false), &mut toasts);
            assert!(says_why(&mut toasts, now), "pull {pulls}");
            assert!(!says_why(&mut toasts, now + 5_000.0));
        }
        watch.look(&safe(30_000.0, 4, true), &mut toasts);
        watch.look(&safe(31_900.0, 4, true), &mut toasts);
        assert!(says_why(&mut toasts, 33_000.0), "as long as it is held");
        let outside = Look { is_near_station: false, ..safe(40_000.0, 5, true) };
        watch.look(&outside, &mut toasts);
        assert!(!says_why(&mut toasts, 40_000.0), "outside it fires");
    }
}
