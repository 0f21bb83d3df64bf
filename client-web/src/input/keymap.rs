//! The keys that the player has chosen, in the place of those that an action has by itself.

use super::keys::{Action, Key, KeyName};
use super::layout::Layout;
use crate::letters::upper;

/// Keys of the player's own choice. An action that is not in here has its usual keys.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Keymap {
    chosen: Vec<Chosen>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Chosen {
    action: Action,
    /// The key's place, or what it types where it has none.
    id: String,
    /// What is printed on it, as far as the browser tells.
    label: String,
}

/// Why an action did not get a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyFault {
    /// This action has it.
    Taken(Action),
    /// The system uses it, or it is no single key.
    Unusable,
}

impl Keymap {
    /// The action of a key.
    pub fn action(&self, key: Key<'_>) -> Option<Action> {
        if self.chosen.is_empty() {
            return key.action();
        }
        let id = key.id();
        let chosen = self.chosen.iter().find(|chosen| chosen.id == id);
        // An action with a key of the player's choice has lost its usual ones. The menu can always be reached.
        let usual = || key.action().filter(|action| *action == Action::Menu || !self.has(*action));
        chosen.map(|chosen| chosen.action).or_else(usual)
    }

    fn has(&self, action: Action) -> bool {
        self.chosen.iter().any(|chosen| chosen.action == action)
    }

    /// Gives an action a key, in the place of all that it had.
    ///
    /// # Errors
    /// When another action has it, or nobody should.
    pub fn choose(&mut self, action: Action, key: Key<'_>) -> Result<(), KeyFault> {
        let id = key.id();
        let is_fit = |text: &str| !text.contains(['\n', ':', '=']) && !text.is_empty();
        if key.is_system() || !is_fit(&id) || matches!(key.key, "Process" | "Dead" | "Escape") {
            return Err(KeyFault::Unusable);
        }
        if let Some(other) = self.action(key).filter(|other| *other != action) {
            return Err(KeyFault::Taken(other));
        }
        self.chosen.retain(|chosen| chosen.action != action);
        let label = match key.key {
            " " => id.clone(),
            // Letters are printed as capitals; a longer text is the key's name.
            letter if is_fit(letter) && letter.chars().count() == 1 => upper(letter),
            name if is_fit(name) => name.to_owned(),
            _ => id.clone(),
        };
        self.chosen.push(Chosen { action, id, label });
        Ok(())
    }

    /// What is printed on the key of the player's choice, if there is one.
    pub fn label(&self, action: Action) -> Option<&str> {
        self.chosen.iter().find(|chosen| chosen.action == action).map(|chosen| &*chosen.label)
    }

    /// The names of all keys of an action.
    pub fn names(&self, action: Action, layout: &Layout) -> Vec<String> {
        match self.label(action) {
            Some(label) => vec![label.to_owned()],
            None => action.usual_keys().iter().map(|key| key.text(layout)).collect(),
        }
    }

    /// The name of the first key of an action.
    pub fn name(&self, action: Action, layout: &Layout) -> String {
        self.names(action, layout).into_iter().next().unwrap_or_default()
    }

    /// The four keys for flying: "W A S D".
    pub fn flying(&self, layout: &Layout) -> String {
        [Action::Up, Action::Left, Action::Down, Action::Right]
            .map(|action| self.name(action, layout))
            .join(" ")
    }

    /// The stored form: a line for each key.
    pub fn to_text(&self) -> String {
        let line = |chosen: &Chosen| {
            format!("key.{}={}:{}\n", chosen.action.id(), chosen.id, chosen.label)
        };
        self.chosen.iter().map(line).collect()
    }

    /// Reads a line of the stored form; what is none changes nothing.
    pub fn read_line(&mut self, name: &str, value: &str) {
        let action = name.strip_prefix("key.").and_then(Action::of_id);
        let (Some(action), Some((id, label))) = (action, value.split_once(':')) else { return };
        let is_new = !self.chosen.iter().any(|it| it.action == action || it.id == id);
        if is_new && !id.is_empty() {
            self.chosen.push(Chosen { action, id: id.to_owned(), label: label.to_owned() });
        }
    }
}

impl KeyName {
    /// What it is called on a keyboard of this layout.
    pub fn text(self, layout: &Layout) -> String {
        match self {
            KeyName::Printed(key) => layout.label(key).to_owned(),
            KeyName::Word(word) => word.text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key<'a>(code: &'a str, key: &'a str) -> Key<'a> {
        Key { code, key }
    }

    #[test]
    fn a_chosen_key_takes_the_place_of_the_usual_ones() {
        let mut keymap = Keymap::default();
        assert_eq!(keymap.choose(Action::Wheel, key("KeyG", "g")), Ok(()));
        assert_eq!(keymap.action(key("KeyG", "g")), Some(Action::Wheel));
        assert_eq!(keymap.action(key("KeyQ", "q")), None, "it is free now");
        assert_eq!(keymap.choose(Action::Fire, key("KeyQ", "q")), Ok(()));
        assert_eq!(keymap.action(key("Space", " ")), None);
        assert_eq!(keymap.action(key("KeyW", "w")), Some(Action::Up), "all others stay");
        assert_eq!(keymap.name(Action::Wheel, &Layout::default()), "G");
        assert_eq!(keymap.flying(&Layout::default()), "W A S D");
        keymap.choose(Action::Up, key("ArrowUp", "ArrowUp")).unwrap();
        assert_eq!(keymap.flying(&Layout::default()), "ArrowUp A S D");
    }

    #[test]
    fn a_key_that_is_taken_is_told_and_stays_where_it_is() {
        let mut keymap = Keymap::default();
        let taken = Err(KeyFault::Taken(Action::Up));
        assert_eq!(keymap.choose(Action::Fire, key("KeyW", "z")), taken);
        assert_eq!(keymap, Keymap::default());
        for (code, typed) in [("MetaLeft", "Meta"), ("", "Process"), ("Escape", "Escape")] {
            assert_eq!(keymap.choose(Action::Fire, key(code, typed)), Err(KeyFault::Unusable));
        }
        // Whatever is chosen for it, Escape opens the menu.
        assert_eq!(keymap.choose(Action::Menu, key("KeyM", "m")), Ok(()));
        assert_eq!(keymap.action(key("Escape", "Escape")), Some(Action::Menu));
        assert_eq!(keymap.action(key("KeyM", "m")), Some(Action::Menu));
    }

    #[test]
    fn chosen_keys_are_read_as_they_were_stored_and_nothing_else_is() {
        let mut keymap = Keymap::default();
        keymap.choose(Action::Wheel, key("KeyG", "п")).unwrap();
        keymap.choose(Action::Board, key("", "x")).unwrap();
        let read = |text: &str| {
            let mut keymap = Keymap::default();
            for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
                keymap.read_line(name, value);
            }
            keymap
        };
        assert_eq!(read(&keymap.to_text()), keymap);
        for text in ["key.nothing=KeyA:A", "key.up=KeyA", "key.up=:A", "up=KeyA:A", ""] {
            assert_eq!(read(text), Keymap::default(), "{text}");
        }
        // One key for two actions, and two keys for one.
        let twice = read("key.up=KeyG:G\nkey.down=KeyG:G\nkey.up=KeyH:H");
        assert_eq!(twice.to_text(), "key.up=KeyG:G\n");
    }

    #[test]
    fn each_action_has_a_name_for_the_store_and_usual_keys() {
        for (at, action) in Action::ALL.into_iter().enumerate() {
            assert_eq!(Action::of_id(action.id()), Some(action));
            assert!(!action.usual_keys().is_empty());
            let is_same = |other: &&Action| other.id() == action.id();
            assert_eq!(Action::ALL.iter().position(|other| is_same(&other)), Some(at));
        }
    }
}
