//! Toasts: short notices that disappear by themselves. There are few at a time, at most one per subject.

/// Most toasts at once; a new one replaces the oldest.
const TOASTS_MAX: usize = 3;

/// The kind of a toast, which decides how it looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ToastKind {
    /// Credits came in.
    Gain,
    /// The ship is safe.
    Safe,
    /// Something needs attention.
    Warn,
    /// Anything else.
    Plain,
}

/// One toast.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// Its subject: a new toast on the same subject replaces it.
    pub subject: &'static str,
    /// Its kind.
    pub kind: ToastKind,
    /// Its text.
    pub text: String,
    /// Rises with each toast, so that a repeated text is shown as a new one.
    pub number: u32,
}

/// The toasts on the screen, oldest first, each with the time at which it disappears (milliseconds).
#[derive(Clone, Debug, Default)]
pub struct Toasts {
    shown: Vec<(f64, Toast)>,
    number: u32,
}

impl Toasts {
    /// Shows a toast for this many milliseconds.
    pub fn show(
        &mut self,
        now_ms: f64,
        subject: &'static str,
        kind: ToastKind,
        text: String,
        lasts_ms: f64,
    ) {
        self.number = self.number.wrapping_add(1);
        let toast = Toast { subject, kind, text, number: self.number };
        let entry = (now_ms + lasts_ms, toast);
        match self.find(subject) {
            Some(other) => *other = entry,
            None => self.shown.push(entry),
        }
        if self.shown.len() > TOASTS_MAX {
            self.shown.remove(0);
        }
    }

    /// Keeps the toast on a subject, if there is one, for this many milliseconds from now.
    pub fn keep(&mut self, now_ms: f64, subject: &'static str, lasts_ms: f64) {
        if let Some((until_ms, _)) = self.find(subject) {
            *until_ms = until_ms.max(now_ms + lasts_ms);
        }
    }

    /// Removes the toasts whose time is over, and returns the others.
    pub fn at(&mut self, now_ms: f64) -> Vec<Toast> {
        self.shown.retain(|(until_ms, _)| *until_ms > now_ms);
        self.shown.iter().map(|(_, toast)| toast.clone()).collect()
    }

    fn find(&mut self, subject: &str) -> Option<&mut (f64, Toast)> {
        self.shown.iter_mut().find(|(_, toast)| toast.subject == subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(toasts: &mut Toasts, now: f64) -> Vec<String> {
        toasts.at(now).into_iter().map(|toast| toast.text).collect()
    }

    #[test]
    fn news_on_the_same_subject_merge_and_the_oldest_make_room() {
        let mut toasts = Toasts::default();
        for (now, subject) in [(0.0, "a"), (10.0, "b"), (20.0, "a"), (30.0, "c"), (40.0, "d")] {
            toasts.show(now, subject, ToastKind::Plain, format!("{subject}{now}"), 1_000.0);
        }
        assert_eq!(texts(&mut toasts, 50.0), ["b10", "c30", "d40"]);
        assert_eq!(texts(&mut toasts, 1_035.0), ["d40"]);
        assert!(toasts.at(2_000.0).is_empty());
    }

    #[test]
    fn what_is_kept_stays_and_what_is_said_again_is_another_notice() {
        let mut toasts = Toasts::default();
        let show = |toasts: &mut Toasts, now| {
            toasts.show(now, "a", ToastKind::Plain, "no".to_owned(), 1_000.0);
            toasts.at(now)[0].number
        };
        let first = show(&mut toasts, 0.0);
        toasts.keep(900.0, "a", 1_000.0);
        toasts.keep(900.0, "b", 1_000.0);
        assert_eq!(toasts.at(1_800.0)[0].number, first);
        assert_ne!(show(&mut toasts, 1_850.0), first);
        assert_eq!(toasts.at(1_850.0).len(), 1);
    }
}
