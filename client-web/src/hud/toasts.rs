//! Short notices that come and go: few at a time, equal ones merged.

/// Notices at once; the oldest gives way.
const TOASTS_MAX: usize = 3;

/// What a notice is about, for its looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ToastKind {
    /// Credits came in.
    Gain,
    /// We are safe.
    Safe,
    /// Something wants attention.
    Warn,
    /// Anything else.
    Plain,
}

/// One notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// Its subject: a new one on the same subject takes its place.
    pub subject: &'static str,
    /// What it is about.
    pub kind: ToastKind,
    /// What it says.
    pub text: String,
    until_ms: f64,
}

/// The notices on the screen, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Toasts {
    shown: Vec<Toast>,
}

impl Toasts {
    /// Shows a notice for so many milliseconds.
    pub fn show(
        &mut self,
        now_ms: f64,
        subject: &'static str,
        kind: ToastKind,
        text: String,
        lasts_ms: f64,
    ) {
        let toast = Toast { subject, kind, text, until_ms: now_ms + lasts_ms };
        match self.shown.iter_mut().find(|other| other.subject == subject) {
            Some(other) => *other = toast,
            None => self.shown.push(toast),
        }
        if self.shown.len() > TOASTS_MAX {
            self.shown.remove(0);
        }
    }

    /// Takes away those whose time is over, and gives the rest.
    pub fn at(&mut self, now_ms: f64) -> &[Toast] {
        self.shown.retain(|toast| toast.until_ms > now_ms);
        &self.shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_on_the_same_subject_merge_and_the_oldest_give_way() {
        let mut toasts = Toasts::default();
        for (now, subject) in [(0.0, "a"), (10.0, "b"), (20.0, "a"), (30.0, "c"), (40.0, "d")] {
            toasts.show(now, subject, ToastKind::Plain, format!("{subject}{now}"), 1_000.0);
        }
        let texts = |toasts: &mut Toasts, now: f64| {
            toasts.at(now).iter().map(|toast| toast.text.clone()).collect::<Vec<String>>()
        };
        assert_eq!(texts(&mut toasts, 50.0), ["b10", "c30", "d40"]);
        assert_eq!(texts(&mut toasts, 1_035.0), ["d40"]);
        assert!(toasts.at(2_000.0).is_empty());
    }
}
