//! Names for bots: a word for what they do, and a short name that tells them apart.

/// Short names for the kill feed. None belongs to a particular person.
const NAMES: [&str; 48] = [
    "Ada", "Bo", "Cleo", "Dune", "Elio", "Fenn", "Gale", "Hazel", "Iris", "Juno", "Kit", "Lark",
    "Mira", "Nox", "Odo", "Pip", "Quill", "Rune", "Sol", "Tess", "Uma", "Vega", "Wren", "Xan",
    "Yara", "Zeb", "Alder", "Birch", "Coral", "Dot", "Ember", "Flint", "Gus", "Hollis", "Indigo",
    "Jet", "Koa", "Lux", "Moss", "Nell", "Onyx", "Pim", "Rook", "Sage", "Tuck", "Vale", "Wilder",
    "Zinn",
];

/// The name of bot `index`, such as "Miner Ada". When all names are used, a number is added.
pub fn name(title: &str, index: usize) -> String {
    let name = NAMES[index % NAMES.len()];
    match index / NAMES.len() {
        0 => format!("{title} {name}"),
        round => format!("{title} {name} {}", round + 1),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use driftfield_shared::limits::NAME_CHARS_MAX;

    use super::*;
    use crate::brains::BRAINS;

    #[test]
    fn names_are_different_and_never_cut() {
        for kind in &BRAINS {
            let names: HashSet<String> = (0..4_000).map(|index| name(kind.title, index)).collect();
            assert_eq!(names.len(), 4_000);
            assert!(names.iter().all(|name| name.chars().count() <= NAME_CHARS_MAX), "{names:?}");
        }
    }
}
