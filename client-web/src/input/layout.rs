//! The letters printed on the keys for flying. These keys are chosen by position, so the letters depend on the layout.

use super::keys::Key;
use crate::letters::upper;

/// The positions that the game uses, with the letters of a QWERTY keyboard.
const PLACES: [(&str, &str); 7] = [
    ("KeyW", "W"),
    ("KeyA", "A"),
    ("KeyS", "S"),
    ("KeyD", "D"),
    ("KeyE", "E"),
    ("KeyQ", "Q"),
    ("KeyF", "F"),
];

/// The player's keyboard layout, as far as it is known: reported by the browser at the start, or learnt from typed keys.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Layout {
    /// Positions whose letter differs from QWERTY.
    learnt: Vec<(&'static str, String)>,
}

impl Layout {
    /// Learns from a key that goes down. Returns whether this was new.
    pub fn learn(&mut self, key: Key<'_>) -> bool {
        let Some((place, qwerty)) = PLACES.iter().find(|(place, _)| *place == key.code) else {
            return false;
        };
        let mut chars = key.key.chars();
        // A name such as "Dead" or "Process" is not printed on the key.
        let is_printed = chars.next().is_some_and(|c| !c.is_whitespace() && !c.is_control());
        if !is_printed || chars.next().is_some() {
            return false;
        }
        let label = upper(key.key);
        let before = self.label(place).to_owned();
        self.learnt.retain(|(known, _)| known != place);
        if label != *qwerty {
            self.learnt.push((place, label.clone()));
        }
        before != label
    }

    /// The label of a key: what is printed in that position. Any other text is returned as it is.
    pub fn label<'a>(&'a self, place: &'a str) -> &'a str {
        let learnt = self.learnt.iter().find(|(known, _)| *known == place);
        let qwerty = PLACES.iter().find(|(known, _)| *known == place);
        learnt.map(|(_, label)| label.as_str()).or(qwerty.map(|(_, label)| *label)).unwrap_or(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Keymap;

    fn typed<'a>(code: &'a str, key: &'a str) -> Key<'a> {
        Key { code, key }
    }

    #[test]
    fn the_help_speaks_the_letters_of_the_layout() {
        let mut layout = Layout::default();
        let flying = |layout: &Layout| Keymap::default().flying(layout);
        assert_eq!(flying(&layout), "W A S D");
        for (code, key) in [("KeyW", ","), ("KeyS", "o"), ("KeyD", "E"), ("KeyE", ".")] {
            assert!(layout.learn(typed(code, key)));
        }
        assert_eq!(flying(&layout), ", A O E");
        assert_eq!(layout.label("KeyE"), ".");
        assert_eq!(layout.label("Space"), "Space");
        // The player has changed back to the first layout.
        assert!(layout.learn(typed("KeyW", "w")));
        assert_eq!(layout.label("KeyW"), "W");
    }

    #[test]
    fn what_is_not_printed_on_a_key_is_not_learnt() {
        let mut layout = Layout::default();
        for (code, key) in
            [("KeyW", "Dead"), ("KeyW", ""), ("KeyW", "W"), ("KeyX", "a"), ("", "z"), ("KeyW", " ")]
        {
            assert!(!layout.learn(typed(code, key)), "{code} {key}");
        }
        assert_eq!(layout, Layout::default());
    }
}
