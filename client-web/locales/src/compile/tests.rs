use super::{Fault, Locale, Locales};
use crate::{Category, Language, Value, Words};

const EN: &str = "
### What the game says.
-game = Driftfield
title = { -game }: { play }
play = Play
# Who shot whom.
kill = { $killer } shot { $victim }
ships = { $count ->
    [0] nobody
    [one] one ship
   *[other] { NUMBER($count) } ships
} near { $who }
lines =
    one
    two
page-start = Start
content-ore-iron = Iron
";

const RU: &str = "
title = Driftfield: { play }
play = Играть
kill = { $victim } — добыча игрока { $killer }
ships = { $count ->
    [0] никого
    [one] { $count } корабль
    [few] { $count } корабля
    [many] { $count } кораблей
   *[other] { $count } корабля
} рядом с { $who }
lines = одна
page-start = Начало
content-ore-iron = Железо
";

struct English;

impl Language for English {
    fn category(&self, number: f64) -> Category {
        if number == 1.0 { Category::One } else { Category::Other }
    }

    fn number(&self, number: f64) -> String {
        number.to_string()
    }
}

fn both() -> Locales {
    Locales::new(vec![Locale::read("en", EN).unwrap(), Locale::read("ru", RU).unwrap()]).unwrap()
}

fn faults(tag: &str, text: &str) -> Vec<Fault> {
    Locale::read(tag, text).unwrap_err().faults
}

#[test]
fn a_file_becomes_a_table_that_says_its_messages() {
    let locales = both();
    assert_eq!(locales.tags().collect::<Vec<_>>(), ["en", "ru"]);
    let words = Words::read(&locales.table("en").unwrap()).unwrap();
    let place = |id: &str| locales.messages.iter().position(|it| it.id == id).unwrap();
    let say = |id, values: &[Value<'_>]| words.say(place(id), values, &English);
    assert_eq!(say("title", &[]), "Driftfield: Play");
    assert_eq!(say("kill", &[Value::Text("Ada"), Value::Text("Bob")]), "Ada shot Bob");
    assert_eq!(say("lines", &[]), "one\ntwo");
    let ships = |count| say("ships", &[Value::Number(count), Value::Text("Ada")]);
    assert_eq!(ships(0.0), "nobody near Ada");
    assert_eq!(ships(1.0), "one ship near Ada");
    assert_eq!(ships(7.0), "7 ships near Ada");
    assert_eq!(words.name("ore-iron", "Iron"), "Iron");

    // The order of values is the reference's in every language.
    let words = Words::read(&locales.table("ru").unwrap()).unwrap();
    let kill = words.say(place("kill"), &[Value::Text("Ада"), Value::Text("Боб")], &English);
    assert_eq!(kill, "Боб — добыча игрока Ада");
    assert_eq!(words.name("ore-iron", "Iron"), "Железо");
    assert_eq!(locales.table("fr"), None);
}

#[test]
fn each_message_has_a_name_and_values_of_its_kinds() {
    let code = both().code();
    assert!(code.contains("pub(crate) const PLAY: Message = Message("), "{code}");
    assert!(code.contains("fn kill(killer: &str, victim: &str) -> String"), "{code}");
    assert!(code.contains("fn ships(count: impl Into<f64>, who: &str) -> String"), "{code}");
    assert!(!code.contains("iron"), "content is found by name: {code}");
    assert!(!code.contains("start"), "the page's own files say this: {code}");
}

#[test]
fn the_pages_own_files_find_texts_and_numbers() {
    let locales = both();
    assert_eq!(locales.of_page().collect::<Vec<_>>(), ["page-start"]);
    assert_eq!(locales.text("ru", "page-start").as_deref(), Some("Начало"));
    assert_eq!(locales.text("en", "kill"), None, "it has variables");
    let number = locales.number("page-start").unwrap();
    assert_eq!(locales.table("ru").unwrap().lines().nth(number), Some("Начало"));
    assert_eq!(locales.number("page-end"), None);
}

#[test]
fn what_is_wrong_with_a_file_is_named() {
    let unsupported = |text| match &faults("en", text)[..] {
        [Fault::Unsupported { id, what }] => (id.clone(), *what),
        other => panic!("{other:?}"),
    };
    assert!(matches!(
        faults("en", "a = b\nno message here\n")[..],
        [Fault::Syntax { line: 2, .. }]
    ));
    assert_eq!(faults("en", "a = { \"\" }\n"), [Fault::Empty { id: "a".to_owned() }]);
    assert_eq!(faults("en", "a = b\na = c\n"), [Fault::Twice { id: "a".to_owned() }]);
    assert_eq!(unsupported("a = b\n    .title = c\n").1, "attributes");
    assert_eq!(unsupported("a = { DATETIME($when) }\n").0, "a");
    assert_eq!(unsupported("-t = x\na = { -t(case: \"y\") }\n").0, "a");
    for dangling in ["a = { b }\n", "a = { -b }\n", "a = { b }\nb = { a }\n"] {
        assert!(matches!(faults("en", dangling)[0], Fault::Dangling { .. }), "{dangling}");
    }
    assert_eq!(unsupported("content-ore-iron = { $x }\n").0, "content-ore-iron");
    let control = "a = x{ \"\\u0001\" }\n";
    assert_eq!(faults("en", control), [Fault::Control { id: "a".to_owned() }]);
    let many: String = (0..10).map(|n| format!("{{ $v{n} }}")).collect();
    let many = faults("en", &format!("a = {many}\n"));
    assert_eq!(many, [Fault::TooManyVariables { id: "a".to_owned() }]);
    let both = "a = { NUMBER($x) }{ $x ->\n    [he] his\n   *[she] her\n}\n";
    assert!(matches!(faults("en", both)[..], [Fault::BothKinds { .. }]));
}

#[test]
fn a_selection_by_a_number_has_all_forms_of_its_language() {
    let two_forms = "a = { $n ->\n    [one] x\n   *[other] y\n}\n";
    assert!(Locale::read("en", two_forms).is_ok());
    let missing: Vec<&str> = faults("ru", two_forms)
        .iter()
        .map(|fault| match fault {
            Fault::NoForm { category, .. } => *category,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(missing, ["few", "many"]);
    assert_eq!(faults("tlh", two_forms), [Fault::UnknownLanguage]);
    let exact = "a = { $n ->\n    [0] x\n   *[other] y\n}\n";
    assert!(Locale::read("ru", exact).is_ok());
    let typo = "a = { $n ->\n    [one] x\n    [some] z\n   *[other] y\n}\n";
    assert!(matches!(&faults("en", typo)[..], [Fault::NoSuchForm { key, .. }] if key == "some"));
}

#[test]
fn a_language_has_the_messages_and_variables_of_the_reference() {
    let compare = |text: &str| {
        let all = vec![Locale::read("en", EN).unwrap(), Locale::read("ru", text).unwrap()];
        Locales::new(all).unwrap_err().faults
    };
    let missing = compare(&RU.replace(
        "lines = одна
",
        "",
    ));
    assert_eq!(missing, [Fault::Missing { id: "lines".to_owned() }]);
    let surplus = compare(&format!("{RU}more = ещё\n"));
    assert!(matches!(&surplus[..], [Fault::Surplus { id, .. }] if id == "more"));
    let unknown = compare(&RU.replace("{ $killer }", "{ $by }"));
    assert!(matches!(&unknown[..], [Fault::UnknownVariable { variable, .. }] if variable == "by"));
}

#[test]
fn the_pseudo_language_is_longer_and_leaves_values_as_they_are() {
    let en = Locale::read("en", EN).unwrap();
    let locales = Locales::new(vec![en.clone(), en.pseudo("qps")]).unwrap();
    let table = |tag| Words::read(&locales.table(tag).unwrap()).unwrap();
    let place = locales.messages.iter().position(|it| it.id == "kill").unwrap();
    let values = [Value::Text("Ada"), Value::Text("Bob")];
    let (plain, pseudo) = (table("en"), table("qps"));
    assert_eq!(pseudo.say(place, &values, &English), "[Ada sshöt Bob]");
    let length = |words: &Words| -> usize {
        (0..words.len()).map(|n| words.say(n, &values, &English).chars().count()).sum()
    };
    let ratio = length(&pseudo) as f64 / length(&plain) as f64;
    assert!((1.3..1.7).contains(&ratio), "{ratio}");
}

/// The languages of the game. `Display` of the error names every mistake.
fn of_game() -> Locales {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/locales");
    Locales::read_folder(folder.as_ref()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_games_languages_are_whole() {
    let locales = of_game();
    assert!(locales.tags().any(|tag| tag == "ru"), "English alone is no choice");
    for tag in locales.tags() {
        let words = Words::read(&locales.table(tag).unwrap()).unwrap();
        assert_eq!(words.len(), locales.messages.len(), "{tag}");
        // A value that a message has no place for is a slip, and so is one that is said as nothing.
        for (number, message) in locales.messages.iter().enumerate() {
            let values = vec![Value::Number(7.0); message.variables.len()];
            let text = words.say(number, &values, &English);
            assert!(!text.trim().is_empty(), "{tag}: {}", message.id);
            assert!(message.variables.is_empty() || text.contains('7'), "{tag}: {}", message.id);
        }
    }
}
