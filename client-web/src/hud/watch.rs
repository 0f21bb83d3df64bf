//! What is news about our own ship: compares one look with the next.

use driftfield_shared::sim::OwnState;

use super::toasts::{ToastKind, Toasts};
use crate::format::grouped;

/// A sale is over when nothing was sold for so long.
const SALE_PAUSE_MS: f64 = 1_200.0;
/// How long most notices stay.
const NOTICE_MS: f64 = 3_000.0;

/// One look at our ship.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Now.
    pub now_ms: f64,
    /// What only we know.
    pub own: &'a OwnState,
    /// Units the hold takes.
    pub hold_max: u16,
    /// Whether we fly.
    pub is_alive: bool,
    /// Whether nothing can hurt us.
    pub is_protected: bool,
    /// Whether we are within the station's safe zone.
    pub is_near_station: bool,
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
}

impl Watch {
    /// Looks, and says what is new.
    pub fn look(&mut self, look: &Look<'_>, toasts: &mut Toasts) {
        let Look { now_ms, own, .. } = *look;
        let earned = self.credits.map_or(0, |credits| own.credits.saturating_sub(credits));
        self.credits = Some(own.credits);
        if earned > 0 {
            let goes_on = now_ms - self.sold_at_ms <= SALE_PAUSE_MS;
            self.sold = if goes_on { self.sold.saturating_add(earned) } else { earned };
            self.sold_at_ms = now_ms;
            let text = format!("+{} cr", grouped(self.sold));
            toasts.show(now_ms, "sale", ToastKind::Gain, text, SALE_PAUSE_MS + 800.0);
        }
        let cargo: u32 = own.hold.iter().copied().map(u32::from).sum();
        let is_full = cargo >= u32::from(look.hold_max) && look.hold_max > 0 && look.is_alive;
        if is_full && !self.was_full {
            let text = "Hold full: sell at the station".to_owned();
            toasts.show(now_ms, "hold", ToastKind::Warn, text, NOTICE_MS);
        }
        self.was_full = is_full;
        let is_near_station = look.is_near_station && look.is_alive;
        let is_protected = look.is_protected && look.is_alive;
        if is_near_station != self.was_near_station && look.is_alive {
            let (kind, text) = match is_near_station {
                true => (ToastKind::Safe, "Safe zone: no shooting here"),
                false => (ToastKind::Warn, "Leaving the safe zone"),
            };
            toasts.show(now_ms, "zone", kind, text.to_owned(), NOTICE_MS);
        } else if is_protected && !self.was_protected && !is_near_station {
            let text = "Protected until you fire".to_owned();
            toasts.show(now_ms, "zone", ToastKind::Safe, text, NOTICE_MS);
        }
        self.was_near_station = is_near_station;
        self.was_protected = is_protected;
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
        }
    }

    fn texts(toasts: &mut Toasts, now: f64) -> Vec<String> {
        toasts.at(now).iter().map(|toast| toast.text.clone()).collect()
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
}
