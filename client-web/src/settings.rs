//! What the player has set, as the browser keeps it. Language, size of the interface and name are kept apart, because the page
//! reads them before this module is there.

use crate::input::Keymap;

/// The settings.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Settings {
    /// Whether words of the host's list are shown as they are.
    pub is_unmasked: bool,
    /// Whether motion is reduced; `None`: as the system asks for.
    pub is_still: Option<bool>,
    /// The keys.
    pub keys: Keymap,
}

impl Settings {
    /// The stored form. `boot.js` looks for `still=`.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        if self.is_unmasked {
            text.push_str("unmasked=1\n");
        }
        match self.is_still {
            Some(true) => text.push_str("still=1\n"),
            Some(false) => text.push_str("still=0\n"),
            None => {}
        }
        text + &self.keys.to_text()
    }

    /// Reads the stored form. What is not understood is as it is by default.
    pub fn from_text(text: &str) -> Self {
        let mut settings = Settings::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
            match (name, value) {
                ("unmasked", "1") => settings.is_unmasked = true,
                ("still", "1") => settings.is_still = Some(true),
                ("still", "0") => settings.is_still = Some(false),
                _ => settings.keys.read_line(name, value),
            }
        }
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Action, Key};

    #[test]
    fn settings_are_read_as_they_were_stored() {
        let mut keys = Keymap::default();
        keys.choose(Action::Point, Key { code: "KeyG", key: "g" }).unwrap();
        for (is_unmasked, is_still) in [(true, None), (false, Some(true)), (true, Some(false))] {
            let settings = Settings { is_unmasked, is_still, keys: keys.clone() };
            assert_eq!(Settings::from_text(&settings.to_text()), settings);
        }
        for text in ["", "still=2\nunmasked=yes\n\n=\nnothing", "\u{0}"] {
            assert_eq!(Settings::from_text(text), Settings::default(), "{text:?}");
        }
    }
}
