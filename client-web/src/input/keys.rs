//! Which key does what.

/// What a key can ask for.
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
    /// Go to the network panel's bad link.
    Link,
    /// Show the keys.
    Help,
    /// Open or close the menu.
    Menu,
}

impl Action {
    /// Whether it lasts as long as the key is down.
    pub fn is_held(self) -> bool {
        use Action::{Boost, Down, Fire, Left, Right, Up};
        matches!(self, Up | Down | Left | Right | Fire | Boost)
    }

    /// One bit for each.
    pub fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// The action of a key, by its place on the keyboard (`KeyboardEvent.code`): WASD are under the same
/// fingers on every layout.
pub fn action(code: &str) -> Option<Action> {
    Some(match code {
        "KeyW" | "ArrowUp" => Action::Up,
        "KeyS" | "ArrowDown" => Action::Down,
        "KeyA" | "ArrowLeft" => Action::Left,
        "KeyD" | "ArrowRight" => Action::Right,
        "Space" => Action::Fire,
        "ShiftLeft" | "ShiftRight" => Action::Boost,
        "Tab" => Action::Board,
        "KeyN" | "F3" => Action::Net,
        "KeyL" => Action::Link,
        "KeyH" | "F1" => Action::Help,
        "Escape" => Action::Menu,
        _ => return None,
    })
}

/// A line of the list of keys.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// What it does.
    pub what: &'static str,
    /// The keys, as printed on them.
    pub keys: &'static [&'static str],
}

/// All keys, as the help shows them.
pub const BINDINGS: &[Binding] = &[
    Binding { what: "Fly", keys: &["W", "A", "S", "D", "arrows"] },
    Binding { what: "Aim", keys: &["mouse"] },
    Binding { what: "Fire", keys: &["left button", "Space"] },
    Binding { what: "Boost", keys: &["Shift", "right button"] },
    Binding { what: "Leaderboard", keys: &["Tab"] },
    Binding { what: "Network figures", keys: &["N", "F3"] },
    Binding { what: "Try a bad link", keys: &["L"] },
    Binding { what: "This help", keys: &["H"] },
    Binding { what: "Menu", keys: &["Esc"] },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_arrows_fly_alike() {
        for (letter, arrow) in [
            ("KeyW", "ArrowUp"),
            ("KeyA", "ArrowLeft"),
            ("KeyS", "ArrowDown"),
            ("KeyD", "ArrowRight"),
        ] {
            assert_eq!(action(letter), action(arrow));
            assert!(action(letter).is_some_and(Action::is_held));
        }
        assert_eq!(action("KeyQ"), None);
    }
}
