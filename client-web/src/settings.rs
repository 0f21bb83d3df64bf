//! What the player has set, as the browser keeps it. Language, size of the interface and name are kept apart, because the page
//! reads them before this module is there.

use crate::hud::Scale;
use crate::input::Keymap;
use crate::notifications::Choices;

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

/// All that comes along to another browser: the settings, and what is kept apart from them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Everything {
    /// The settings.
    pub settings: Settings,
    /// The size of the interface.
    pub scale: Option<Scale>,
    /// How loudly the player wants to be told of what.
    pub notices: Option<Choices>,
    /// The tag of the language.
    pub language: Option<String>,
}

impl Everything {
    /// As the account keeps it.
    pub fn to_text(&self) -> String {
        let mut text = self.settings.to_text();
        if let Some(scale) = self.scale {
            text += &format!("scale={}\n", scale.percent());
        }
        if let Some(notices) = self.notices {
            text += &format!("notices={}\n", notices.to_text());
        }
        if let Some(language) = &self.language {
            text += &format!("language={language}\n");
        }
        text
    }

    /// Reads what an account keeps. What is not understood, or not in it, changes nothing.
    pub fn from_text(text: &str) -> Self {
        let mut everything =
            Everything { settings: Settings::from_text(text), ..Everything::default() };
        for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
            match name {
                "scale" => everything.scale = Some(Scale::parse(value)),
                "notices" => everything.notices = Some(Choices::of_text(value)),
                "language" => everything.language = Some(value.to_owned()),
                _ => {}
            }
        }
        everything
    }
}

/// How the settings here stand to those of the account, from one visit to the next.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct InAccount {
    /// The revision of the account's that are here, or were before the last change here; 0: none.
    pub revision: u64,
    /// Whether something was changed here that the account does not have yet.
    pub is_unsent: bool,
}

/// What is to be done about what the account keeps.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Next {
    /// Nothing: both have the same.
    Nothing,
    /// Ours are newer, or the account keeps none.
    Send,
    /// Those of the account are taken over.
    TakeOver,
}

impl InAccount {
    /// The stored form.
    pub fn to_text(self) -> String {
        format!("{}{}", self.revision, if self.is_unsent { " unsent" } else { "" })
    }

    /// Reads the stored form; anything else: nothing is known.
    pub fn from_text(text: &str) -> Self {
        let (revision, rest) = text.split_once(' ').unwrap_or((text, ""));
        match revision.parse() {
            Ok(revision) => InAccount { revision, is_unsent: rest == "unsent" },
            Err(_) => InAccount::default(),
        }
    }

    /// What is to be done when the account has this revision. What was changed last counts, and what was changed here and is not
    /// sent yet is newer than all that the account has.
    pub fn next(self, revision: u64) -> Next {
        match revision {
            _ if self.is_unsent => Next::Send,
            0 => Next::Send,
            revision if revision == self.revision => Next::Nothing,
            _ => Next::TakeOver,
        }
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::limits::SETTINGS_BYTES_MAX;

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

    #[test]
    fn everything_comes_along_and_fits_the_account() {
        let mut keys = Keymap::default();
        for (place, action) in Action::ALL.iter().enumerate() {
            let code = format!("NumpadDecimal{}", place % 10);
            let key = Key { code: &code, key: "MediaTrackPrevious" };
            keys.choose(*action, key).map_or_else(|_| (), |()| ());
        }
        let mut everything = Everything {
            settings: Settings { is_unmasked: true, is_still: Some(true), keys },
            scale: Some(Scale::parse("150")),
            notices: Some(Choices::default()),
            language: Some("ru".to_owned()),
        };
        let text = everything.to_text();
        assert_eq!(Everything::from_text(&text), everything);
        assert!(text.len() <= SETTINGS_BYTES_MAX, "{} bytes", text.len());
        everything.scale = None;
        assert_eq!(Everything::from_text(&everything.to_text()), everything);
        assert_eq!(Everything::from_text("\u{0}=\nx\nscale"), Everything::default());
    }

    #[test]
    fn what_was_changed_last_counts() {
        let here = |revision, is_unsent| InAccount { revision, is_unsent };
        for (state, revision, next) in [
            (here(0, false), 0, Next::Send),
            (here(0, false), 7, Next::TakeOver),
            (here(7, false), 7, Next::Nothing),
            (here(7, false), 9, Next::TakeOver),
            (here(9, false), 7, Next::TakeOver),
            (here(7, true), 9, Next::Send),
            (here(7, false), 0, Next::Send),
        ] {
            assert_eq!(state.next(revision), next, "{state:?} {revision}");
            assert_eq!(InAccount::from_text(&state.to_text()), state);
        }
        for text in ["", "x", "-1", " unsent"] {
            assert_eq!(InAccount::from_text(text), InAccount::default(), "{text:?}");
        }
    }
}
