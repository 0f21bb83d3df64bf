//! Which key does what.
//!
//! Keys for flying are chosen by their position, so that the fingers lie in the same places on every layout. Keys for
//! panels are chosen by the letter printed on them, because players remember the letter.

use crate::say::{self, Message};

/// The action of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// Thrust up the screen.
    Up,
    /// Thrust down the screen.
    Down,
    /// Thrust to the left.
    Left,
    /// Thrust to the right.
    Right,
    /// Fire.
    Fire,
    /// Boost.
    Boost,
    /// Show the whole leaderboard.
    Board,
    /// Show the network panel.
    Net,
    /// Open the network panel at its bad link.
    Link,
    /// Show the keys.
    Help,
    /// Open or close the menu.
    Menu,
    /// Open the chat.
    Chat,
    /// Open the chat with a slash.
    Slash,
    /// Open the wheel of phrases.
    Wheel,
    /// Point at where the mouse is.
    Point,
}

impl Action {
    /// Whether the action lasts as long as the key is down.
    pub fn is_held(self) -> bool {
        use Action::{Boost, Down, Fire, Left, Right, Up};
        matches!(self, Up | Down | Left | Right | Fire | Boost)
    }
}

/// A key as the browser reports it: its position and what it types.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Key<'a> {
    /// Its position (`KeyboardEvent.code`). Remote desktops and televisions do not report one; then it is empty.
    pub code: &'a str,
    /// What it types, or its name (`KeyboardEvent.key`).
    pub key: &'a str,
}

impl Key<'_> {
    /// Its position, if the system reports it.
    fn place(&self) -> Option<&str> {
        (!matches!(self.code, "" | "Unidentified")).then_some(self.code)
    }

    /// The Latin letter that it types, in lower case.
    fn letter(&self) -> Option<char> {
        let mut chars = self.key.chars();
        let letter = chars.next().filter(char::is_ascii_alphabetic)?;
        chars.next().is_none().then(|| letter.to_ascii_lowercase())
    }

    /// A name that is the same when the key goes down and when it comes up, even if Shift was pressed in between.
    pub(super) fn id(&self) -> String {
        self.place().map_or_else(|| self.key.to_lowercase(), str::to_owned)
    }

    /// Whether the system uses this key itself. While it is down, the browser may not report the release of other keys.
    pub fn is_system(&self) -> bool {
        matches!(self.key, "Meta" | "OS" | "Super" | "Hyper" | "Win" | "ContextMenu")
            || matches!(self.code, "MetaLeft" | "MetaRight" | "OSLeft" | "OSRight" | "ContextMenu")
    }

    /// The action of this key, if it has one.
    pub fn action(&self) -> Option<Action> {
        let by_place = self.place().and_then(of_place);
        let by_letter = || self.letter().and_then(of_letter);
        // Without a position, only what it types is known.
        let by_name = || match (self.place(), self.letter()) {
            (None, Some(letter)) => of_flying_letter(letter),
            _ => of_name(self.key),
        };
        // On a layout without Latin letters, the position decides.
        let by_latin_place = || match self.letter() {
            None => self
                .place()?
                .strip_prefix("Key")?
                .chars()
                .next()
                .and_then(|letter| of_letter(letter.to_ascii_lowercase())),
            Some(_) => None,
        };
        by_place.or_else(by_letter).or_else(by_name).or_else(by_latin_place)
    }
}

/// The action of a position, whatever is printed there.
fn of_place(code: &str) -> Option<Action> {
    Some(match code {
        "KeyW" | "ArrowUp" => Action::Up,
        "KeyS" | "ArrowDown" => Action::Down,
        "KeyA" | "ArrowLeft" => Action::Left,
        "KeyD" | "ArrowRight" => Action::Right,
        "Space" => Action::Fire,
        // On some systems five presses of Shift open a dialog, so there is a second key for the boost.
        "ShiftLeft" | "ShiftRight" | "KeyE" => Action::Boost,
        "Tab" => Action::Board,
        "F3" => Action::Net,
        "F1" => Action::Help,
        "Escape" => Action::Menu,
        "Enter" | "NumpadEnter" => Action::Chat,
        "KeyQ" => Action::Wheel,
        "KeyF" => Action::Point,
        _ => return None,
    })
}

fn of_letter(letter: char) -> Option<Action> {
    Some(match letter {
        'n' => Action::Net,
        'l' => Action::Link,
        'h' => Action::Help,
        _ => return None,
    })
}

fn of_flying_letter(letter: char) -> Option<Action> {
    Some(match letter {
        'w' => Action::Up,
        's' => Action::Down,
        'a' => Action::Left,
        'd' => Action::Right,
        'e' => Action::Boost,
        'q' => Action::Wheel,
        'f' => Action::Point,
        _ => return None,
    })
}

/// Actions of keys that type nothing, including those of a television's remote control.
fn of_name(key: &str) -> Option<Action> {
    Some(match key {
        "ArrowUp" | "Up" => Action::Up,
        "ArrowDown" | "Down" => Action::Down,
        "ArrowLeft" | "Left" => Action::Left,
        "ArrowRight" | "Right" => Action::Right,
        " " | "Spacebar" | "Enter" | "Select" => Action::Fire,
        "Shift" => Action::Boost,
        "/" => Action::Slash,
        "Tab" => Action::Board,
        "F3" => Action::Net,
        "F1" | "Help" => Action::Help,
        "Escape" | "Esc" | "GoBack" | "BrowserBack" => Action::Menu,
        _ => return None,
    })
}

/// A line of the help: an action and its keys.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// What it does.
    pub what: Message,
    /// The keys.
    pub keys: &'static [KeyName],
}

/// What a key, or what is pressed like one, is called.
#[derive(Clone, Copy, Debug)]
pub enum KeyName {
    /// What is printed on it. Keys for flying are given by position (`KeyW`), for [`Layout::label`](super::Layout::label).
    Printed(&'static str),
    /// A word for it.
    Word(Message),
}

use KeyName::{Printed, Word};

/// The lines of the help.
pub const BINDINGS: &[Binding] = &[
    Binding {
        what: say::KEY_FLY,
        keys: &[
            Printed("KeyW"),
            Printed("KeyA"),
            Printed("KeyS"),
            Printed("KeyD"),
            Word(say::KEY_ARROWS),
        ],
    },
    Binding { what: say::KEY_AIM, keys: &[Word(say::KEY_MOUSE)] },
    Binding { what: say::KEY_FIRE, keys: &[Word(say::KEY_LEFT_BUTTON), Word(say::KEY_SPACE)] },
    Binding {
        what: say::KEY_BOOST,
        keys: &[Printed("Shift"), Printed("KeyE"), Word(say::KEY_RIGHT_BUTTON)],
    },
    Binding { what: say::KEY_CHAT, keys: &[Word(say::KEY_ENTER), Printed("/")] },
    Binding { what: say::KEY_PHRASES, keys: &[Printed("KeyQ")] },
    Binding { what: say::KEY_PING, keys: &[Printed("KeyF"), Word(say::KEY_MIDDLE_BUTTON)] },
    Binding { what: say::KEY_BOARD, keys: &[Printed("Tab")] },
    Binding { what: say::MENU_NETWORK, keys: &[Printed("N"), Printed("F3")] },
    Binding { what: say::KEY_BAD_LINK, keys: &[Printed("L")] },
    Binding { what: say::KEY_HELP, keys: &[Printed("H"), Printed("F1")] },
    Binding { what: say::MENU, keys: &[Printed("Esc")] },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn action(code: &str, key: &str) -> Option<Action> {
        Key { code, key }.action()
    }

    #[test]
    fn letters_and_arrows_fly_alike() {
        for (letter, typed, arrow) in [
            ("KeyW", "w", "ArrowUp"),
            ("KeyA", "a", "ArrowLeft"),
            ("KeyS", "S", "ArrowDown"),
            ("KeyD", "d", "ArrowRight"),
        ] {
            assert_eq!(action(letter, typed), action(arrow, arrow));
            assert!(action(letter, typed).is_some_and(Action::is_held));
        }
        assert_eq!(action("KeyX", "x"), None);
    }

    #[test]
    fn enter_and_the_slash_open_the_chat_wherever_they_are() {
        assert_eq!(action("Enter", "Enter"), Some(Action::Chat));
        assert_eq!(action("NumpadEnter", "Enter"), Some(Action::Chat));
        for code in ["Slash", "NumpadDivide", "Digit7"] {
            assert_eq!(action(code, "/"), Some(Action::Slash));
        }
    }

    #[test]
    fn flying_goes_by_place_and_panels_by_letter() {
        // Dvorak has a comma in the position of W, N in that of L, and H in that of J.
        assert_eq!(action("KeyW", ","), Some(Action::Up));
        assert_eq!(action("KeyD", "e"), Some(Action::Right));
        assert_eq!(action("KeyL", "n"), Some(Action::Net));
        assert_eq!(action("KeyJ", "H"), Some(Action::Help));
        assert_eq!(action("KeyN", "b"), None);
        // AZERTY.
        assert_eq!(action("KeyW", "z"), Some(Action::Up));
        assert_eq!(action("KeyZ", "w"), None);
        // On a layout without Latin letters only positions count.
        assert_eq!(action("KeyN", "т"), Some(Action::Net));
        assert_eq!(action("KeyW", "ц"), Some(Action::Up));
    }

    #[test]
    fn a_key_without_a_place_goes_by_what_it_types() {
        for code in ["", "Unidentified"] {
            assert_eq!(action(code, "W"), Some(Action::Up));
            assert_eq!(action(code, " "), Some(Action::Fire));
            assert_eq!(action(code, "Shift"), Some(Action::Boost));
            assert_eq!(action(code, "n"), Some(Action::Net));
            assert_eq!(action(code, "ArrowLeft"), Some(Action::Left));
            assert_eq!(action(code, "GoBack"), Some(Action::Menu));
            assert_eq!(action(code, "Enter"), Some(Action::Fire), "the button of a remote control");
            assert_eq!(action(code, "Unidentified"), None);
        }
        assert_eq!(action("Numpad8", "ArrowUp"), Some(Action::Up), "with Num Lock off");
        assert_eq!(action("Numpad8", "8"), None);
        assert_eq!(Key { code: "", key: "W" }.id(), Key { code: "", key: "w" }.id());
    }
}
