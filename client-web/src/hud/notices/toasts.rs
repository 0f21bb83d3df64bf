//! Toasts: short notices that disappear by themselves. There are few at a time, at most one per subject.

use std::fmt;

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

/// The toasts on the screen, oldest first. Each is put into words whenever it is looked at, so that it follows the language.
#[derive(Default)]
pub struct Toasts {
    shown: Vec<Shown>,
    number: u32,
}

struct Shown {
    /// When it disappears, in milliseconds.
    until_ms: f64,
    subject: &'static str,
    kind: ToastKind,
    text: Box<dyn Fn() -> String>,
    number: u32,
}

impl fmt::Debug for Toasts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subjects = self.shown.iter().map(|toast| toast.subject);
        f.debug_list().entries(subjects).finish()
    }
}

impl Toasts {
    /// Shows a toast for this many milliseconds.
    pub fn show(
        &mut self,
        now_ms: f64,
        subject: &'static str,
        kind: ToastKind,
        text: impl Fn() -> String + 'static,
        lasts_ms: f64,
    ) {
        self.number = self.number.wrapping_add(1);
        let (until_ms, text, number) = (now_ms + lasts_ms, Box::new(text), self.number);
        let toast = Shown { until_ms, subject, kind, text, number };
        match self.find(subject) {
            Some(other) => *other = toast,
            None => self.shown.push(toast),
        }
        if self.shown.len() > TOASTS_MAX {
            self.shown.remove(0);
        }
    }

    /// Keeps the toast on a subject, if there is one, for this many milliseconds from now.
    pub fn keep(&mut self, now_ms: f64, subject: &'static str, lasts_ms: f64) {
        if let Some(toast) = self.find(subject) {
            toast.until_ms = toast.until_ms.max(now_ms + lasts_ms);
        }
    }

    /// Removes the toasts whose time is over, and returns the others.
    pub fn at(&mut self, now_ms: f64) -> Vec<Toast> {
        self.shown.retain(|toast| toast.until_ms > now_ms);
        let toast = |Shown { subject, kind, text, number, .. }: &Shown| Toast {
            subject,
            kind: *kind,
            text: text(),
            number: *number,
        };
        self.shown.iter().map(toast).collect()
    }

    fn find(&mut self, subject: &str) -> Option<&mut Shown> {
        self.shown.iter_mut().find(|toast| toast.subject == subject)
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
            toasts.show(now, subject, ToastKind::Plain, move || format!("{subject}{now}"), 1_000.0);
        }
        assert_eq!(texts(&mut toasts, 50.0), ["b10", "c30", "d40"]);
        assert_eq!(texts(&mut toasts, 1_035.0), ["d40"]);
        assert!(toasts.at(2_000.0).is_empty());
    }

    #[test]
    fn a_toast_that_stands_follows_the_language() {
        use std::cell::Cell;
        use std::rc::Rc;

        let (language, mut toasts) = (Rc::new(Cell::new("full")), Toasts::default());
        let spoken = language.clone();
        toasts.show(0.0, "hold", ToastKind::Warn, move || spoken.get().to_owned(), 1_000.0);
        let before = toasts.at(1.0);
        language.set("полон");
        let after = toasts.at(2.0);
        assert_eq!((&*before[0].text, &*after[0].text), ("full", "полон"));
        assert_eq!(before[0].number, after[0].number, "it is the same toast");
    }

    #[test]
    fn what_is_kept_stays_and_what_is_said_again_is_another_notice() {
        let mut toasts = Toasts::default();
        let show = |toasts: &mut Toasts, now| {
            toasts.show(now, "a", ToastKind::Plain, || "no".to_owned(), 1_000.0);
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
