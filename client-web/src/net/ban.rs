//! A ban, as the server tells it to programs: until when, and why.

use data_encoding::BASE64URL_NOPAD;

use crate::say;

/// A ban.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ban {
    /// Milliseconds since 1970; `None`: for good.
    pub until: Option<u64>,
    /// Why, in the words of whoever has banned the player; empty without any.
    pub note: String,
}

impl Ban {
    /// Reads the server's code: `banned UNTIL NOTE`. `None` if it is the code of something else.
    pub fn of_code(code: &str) -> Option<Self> {
        let mut words = code.split(' ');
        if words.next() != Some("banned") {
            return None;
        }
        // What is not understood is not told; that it is a ban is told.
        let until = words.next().and_then(|seconds| seconds.parse::<u64>().ok());
        let note = words.next().and_then(|note| BASE64URL_NOPAD.decode(note.as_bytes()).ok());
        Some(Ban {
            until: until
                .filter(|seconds| *seconds > 0)
                .map(|seconds| seconds.saturating_mul(1_000)),
            note: note.and_then(|note| String::from_utf8(note).ok()).unwrap_or_default(),
        })
    }

    /// The ban in sentences. `clock` says when something is, as clocks do where the reader lives.
    pub fn sentence(&self, clock: &dyn Fn(u64) -> String) -> String {
        let mut sentence = say::CLOSE_BANNED.text();
        if let Some(until) = self.until {
            sentence.push(' ');
            sentence.push_str(&say::ban_until(&clock(until)));
        }
        if !self.note.is_empty() {
            sentence.push(' ');
            sentence.push_str(&say::ban_note(&self.note));
        }
        sentence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ban_is_told_in_our_words() {
        let clock = |at: u64| format!("<{at}>");
        for (code, told) in [
            (
                "banned 4107542400 cmFtbWluZw",
                "The ban ends on <4107542400000>. The host says: ramming.",
            ),
            ("banned 4107542400 ", "The ban ends on <4107542400000>."),
            ("banned 0 0YLQsNGA0LDQvQ", "The host says: таран."),
            ("banned 0 ", ""),
            ("banned", ""),
            ("banned -1 !", ""),
            ("banned 99999999999999999999 _w", ""),
        ] {
            let told = format!("You are banned from this server. {told}");
            let ban = Ban::of_code(code).expect("a ban");
            assert_eq!(ban.sentence(&clock), told.trim_end(), "{code}");
        }
        for code in ["", "foreign_origin", "banned_not 1"] {
            assert_eq!(Ban::of_code(code), None, "{code}");
        }
    }
}
