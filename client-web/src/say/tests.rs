use std::fs;
use std::path::Path;

use driftfield_shared::content::Content;

use super::*;

#[test]
fn a_message_is_said_with_its_values() {
    assert_eq!(preparing(40), "Preparing 40%");
    assert_eq!(number(1_234_567), "1,234,567");
    assert_eq!(around_slot(&death_by(SLOT)), ("by ".to_owned(), String::new()));
}

#[test]
fn another_table_is_spoken_at_once_and_one_that_is_none_changes_nothing() {
    let pseudo = include_str!(concat!(env!("OUT_DIR"), "/en.txt")).replace("Play\n", "Spielen\n");
    assert_eq!(speak("de", &pseudo), Ok(()));
    assert_eq!((PLAY.text(), tag()), ("Spielen".to_owned(), "de".to_owned()));
    assert_eq!(speak("fr", "\u{4}"), Err(TableError));
    assert_eq!(tag(), "de");
}

/// A player who reads Russian is told the names of content in Russian only if they are in the files.
#[test]
fn each_name_of_the_content_is_in_the_english_file_as_it_is() {
    let content = Content::built_in().unwrap();
    let mut names: Vec<(String, String)> = Vec::new();
    let mut note =
        |kind: &str, id: &str, name: &str| names.push((format!("{kind}-{id}"), name.to_owned()));
    content.hulls.iter().for_each(|it| note("hull", &it.id, &it.name));
    content.weapons.iter().for_each(|it| note("weapon", &it.id, &it.name));
    content.parts.iter().flatten().for_each(|it| note("part", &it.id, &it.name));
    content.ores.iter().for_each(|it| note("ore", &it.id, &it.name));
    content.modes.iter().for_each(|it| note("mode", &it.id, &it.name));
    for sector in &content.sectors {
        note("sector", &sector.id, &sector.name);
        sector.stations.iter().for_each(|it| note("station", &it.id, &it.name));
        sector.fields.iter().for_each(|it| note("field", &it.id, &it.name));
        sector.gates.iter().for_each(|it| note("gate", &it.id, &it.name));
    }
    names.sort();
    let file = include_str!("../../../assets/locales/en.ftl");
    let in_file = file.lines().filter_map(|line| line.strip_prefix("content-")?.split_once(" = "));
    // Rooms are not content: a host names them, and these are the names of those that a server has by itself.
    let mut in_file: Vec<(String, String)> = in_file
        .filter(|(id, _)| !id.starts_with("room-"))
        .map(|(id, name)| (id.to_owned(), name.to_owned()))
        .collect();
    in_file.sort();
    assert_eq!(names, in_file);
}

/// Calls that put a text before the player, up to the text.
const SHOWN: [&str; 9] = [
    ".child(\"",
    ".attr(\"aria-label\", \"",
    ".attr(\"title\", \"",
    ".attr(\"placeholder\", \"",
    ".set_text_content(Some(\"",
    "textContent = \"",
    "textContent += \"",
    "title: \"",
    "label: \"",
];
/// What is no word of a language: the names on keys, and a link as it is written.
const NO_WORDS: [&str; 1] = ["latency=80ms,jitter=20ms"];

/// The literals that a file shows to the player and that have a word in them.
fn literals(source: &str) -> Vec<String> {
    let shown = SHOWN.iter().flat_map(|call| source.split(call).skip(1));
    let literals = shown.filter_map(|rest| rest.split(['"', '{']).next());
    let has_word = |text: &&str| text.chars().filter(|c| c.is_alphabetic()).count() > 1;
    literals.filter(has_word).filter(|text| !NO_WORDS.contains(text)).map(str::to_owned).collect()
}

fn look_into(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_source = path.extension().is_some_and(|it| it == "rs" || it == "js");
        // Tests show nothing to a player.
        if path.is_dir() {
            look_into(&path, found);
        } else if is_source && !path.ends_with("say/tests.rs") {
            let literals = literals(&fs::read_to_string(&path).unwrap());
            found.extend(literals.iter().map(|text| format!("{}: {text:?}", path.display())));
        }
    }
}

#[test]
fn nothing_that_a_player_reads_stands_in_the_code() {
    let seen = literals("html::p().child(\"Fly on\").child(\"×\").attr(\"aria-label\", \"Menu\")");
    assert_eq!(seen, ["Fly on", "Menu"]);
    let mut found = Vec::new();
    for folder in ["src", "page"] {
        look_into(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    assert!(found.is_empty(), "these belong into assets/locales: {found:#?}");
}
