//! Which key does what.
//!
//! Keys for flying are chosen by their position, so that the fingers lie in the same places on every layout. Keys for
//! panels are chosen by the letter printed on them, because players remember the letter.

use crate::letters::lower;
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
    /// Open the shop of a dock.
    Shop,
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
        self.place().map_or_else(|| lower(self.key), str::to_owned)
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
        'b' => Action::Shop,
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

/// What a key, or what is pressed like one, is called.
#[derive(Clone, Copy, Debug)]
pub enum KeyName {
    /// What is printed on it. Keys for flying are given by position (`KeyW`), for [`Layout::label`](super::Layout::label).
    Printed(&'static str),
    /// A word for it.
    Word(Message),
}

use KeyName::{Printed, Word};

impl Action {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Action; 16] = [
        Action::Up,
        Action::Left,
        Action::Down,
        Action::Right,
        Action::Fire,
        Action::Boost,
        Action::Chat,
        Action::Slash,
        Action::Wheel,
        Action::Point,
        Action::Shop,
        Action::Board,
        Action::Net,
        Action::Link,
        Action::Help,
        Action::Menu,
    ];

    /// Its name where settings are stored, what it is called, and the keys that it has by itself.
    fn facts(self) -> (&'static str, Message, &'static [KeyName]) {
        match self {
            Action::Up => ("up", say::KEY_UP, &[Printed("KeyW"), Printed("↑")]),
            Action::Left => ("left", say::KEY_LEFT, &[Printed("KeyA"), Printed("←")]),
            Action::Down => ("down", say::KEY_DOWN, &[Printed("KeyS"), Printed("↓")]),
            Action::Right => ("right", say::KEY_RIGHT, &[Printed("KeyD"), Printed("→")]),
            Action::Fire => ("fire", say::KEY_FIRE, &[Word(say::KEY_SPACE)]),
            Action::Boost => ("boost", say::KEY_BOOST, &[Printed("Shift"), Printed("KeyE")]),
            Action::Chat => ("chat", say::KEY_CHAT, &[Printed("Enter")]),
            Action::Slash => ("slash", say::KEY_COMMAND, &[Printed("/")]),
            Action::Wheel => ("wheel", say::KEY_PHRASES, &[Printed("KeyQ")]),
            Action::Point => ("point", say::KEY_PING, &[Printed("KeyF")]),
            Action::Shop => ("shop", say::KEY_SHOP, &[Printed("B")]),
            Action::Board => ("board", say::KEY_BOARD, &[Printed("Tab")]),
            Action::Net => ("net", say::MENU_NETWORK, &[Printed("N"), Printed("F3")]),
            Action::Link => ("link", say::KEY_BAD_LINK, &[Printed("L")]),
            Action::Help => ("help", say::KEY_HELP, &[Printed("H"), Printed("F1")]),
            Action::Menu => ("menu", say::MENU, &[Printed("Esc")]),
        }
    }

    /// Its name where settings are stored.
    pub fn id(self) -> &'static str {
        self.facts().0
    }

    /// The action of such a name.
    pub fn of_id(id: &str) -> Option<Self> {
        Action::ALL.into_iter().find(|action| action.id() == id)
    }

    /// What it is called.
    pub fn what(self) -> Message {
        self.facts().1
    }

    /// The keys that it has by itself.
    pub fn usual_keys(self) -> &'static [KeyName] {
        self.facts().2
    }
}

/// A line of the help: what to do, and with what.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// What it does.
    pub what: Message,
    /// The actions of its keys.
    pub actions: &'static [Action],
    /// What else does it.
    pub others: &'static [KeyName],
}

/// The lines of the help.
pub const BINDINGS: &[Binding] = &[
    Binding {
        what: say::KEY_FLY,
        actions: &[Action::Up, Action::Left, Action::Down, Action::Right],
        others: &[],
    },
    Binding { what: say::KEY_AIM, actions: &[], others: &[Word(say::KEY_MOUSE)] },
    Binding {
        what: say::KEY_FIRE,
        actions: &[Action::Fire],
        others: &[Word(say::KEY_LEFT_BUTTON)],
    },
    Binding {
        what: say::KEY_BOOST,
        actions: &[Action::Boost],
        others: &[Word(say::KEY_RIGHT_BUTTON)],
    },
    Binding { what: say::KEY_SHOP, actions: &[Action::Shop], others: &[] },
    Binding { what: say::KEY_CHAT, actions: &[Action::Chat, Action::Slash], others: &[] },
    Binding { what: say::KEY_PHRASES, actions: &[Action::Wheel], others: &[] },
    Binding {
        what: say::KEY_PING,
        actions: &[Action::Point],
        others: &[Word(say::KEY_MIDDLE_BUTTON)],
    },
    Binding { what: say::KEY_BOARD, actions: &[Action::Board], others: &[] },
    Binding { what: say::MENU_NETWORK, actions: &[Action::Net], others: &[] },
    Binding { what: say::KEY_BAD_LINK, actions: &[Action::Link], others: &[] },
    Binding { what: say::KEY_HELP, actions: &[Action::Help], others: &[] },
    Binding { what: say::MENU, actions: &[Action::Menu], others: &[] },
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
        assert_eq!(action("KeyN", "b"), Some(Action::Shop));
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
