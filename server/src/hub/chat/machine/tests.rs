use driftfield_shared::topics::Topic;

use super::*;

const ADA: AccountId = AccountId(1);
const BO: AccountId = AccountId(2);

fn at(seconds: u64) -> Moment {
    Moment {
        since_start: Duration::from_secs(seconds),
        unix_ms: 1_796_000_000_000 + seconds * 1_000,
    }
}

fn asker(account: AccountId) -> Asker {
    Asker { account, name: format!("P{}", account.0), room: "home".into(), is_owner: false }
}

fn chat() -> Chat {
    Chat::new(WordList::default(), LineId(0))
}

fn text(text: &str) -> Saying {
    Saying::Text(text.to_owned())
}

/// Says it at once.
fn say(
    chat: &mut Chat,
    now: u64,
    who: AccountId,
    nonce: u64,
    target: Target,
    saying: Saying,
) -> Said {
    let admitted = chat.admit(at(now), asker(who), Nonce(nonce), target, true, saying).unwrap();
    let said = chat.make_line(at(now), admitted);
    chat.say(&said);
    said
}

fn lines(chat: &mut Chat, place: &Place) -> Vec<String> {
    let Some(feed) = chat.feed(place) else { return Vec::new() };
    let line = |entry| match ChatLine::read(entry).unwrap().saying {
        Saying::Text(text) => text,
        other => format!("{other:?}"),
    };
    feed.topic().iter().map(line).collect()
}

#[test]
fn a_line_to_the_room_is_read_there_and_a_whisper_by_two() {
    let mut chat = chat();
    say(&mut chat, 0, ADA, 1, Target::Room, text("hello"));
    let unheard_of =
        chat.admit(at(0), asker(ADA), Nonce(9), Target::Account(BO, None), true, text("hi"));
    assert_eq!(unheard_of.err(), Some(RefusalReason::NobodyThere));
    let whisper = Target::Account(BO, Some("Bo".into()));
    let said = say(&mut chat, 3, ADA, 2, whisper, text("psst"));
    assert_eq!(said.line.listener.map(|it| it.name), Some("Bo".to_owned()));
    assert_eq!(lines(&mut chat, &Place::Room("home".into())), ["hello"]);
    assert_eq!(lines(&mut chat, &Place::Room("other".into())), [""; 0]);
    for account in [ADA, BO] {
        assert_eq!(lines(&mut chat, &Place::Inbox(account)), ["psst"]);
    }
    let said = say(&mut chat, 9, ADA, 3, Target::Account(ADA, None), text("note"));
    assert_eq!(said.line.listener.map(|it| it.name), Some("P1".to_owned()));
    assert_eq!(lines(&mut chat, &Place::Inbox(ADA)), ["psst", "note"], "she reads it once");
}

#[test]
fn what_is_asked_for_again_is_known_also_after_a_restart() {
    let mut chat = chat();
    let said = say(&mut chat, 0, ADA, 77, Target::Room, text("once"));
    assert_eq!(chat.before(ADA, Nonce(77)), Some(Before::Said(said.line.id)));
    assert_eq!(chat.before(BO, Nonce(77)), None, "it was another account's");
    let waits = chat.admit(at(0), asker(BO), Nonce(5), Target::Room, true, text("x"));
    drop(waits);
    assert_eq!(chat.before(BO, Nonce(5)), Some(Before::Waiting));
    chat.forget(BO, Nonce(5));
    assert_eq!(chat.before(BO, Nonce(5)), None);

    let mut later = Chat::new(WordList::default(), LineId(0));
    for place in &said.places {
        later.restore(place, &said.line, said.speaker);
    }
    assert_eq!(later.before(ADA, Nonce(77)), Some(Before::Said(said.line.id)));
    let next = say(&mut later, 0, ADA, 78, Target::Room, text("twice"));
    assert!(next.line.id > said.line.id);
    assert_eq!(lines(&mut later, &Place::Room("home".into())), ["once", "twice"]);
}

#[test]
fn what_cannot_be_said_is_refused_by_name() {
    let mut chat = chat();
    let mut refuse = |now, nonce, saying| {
        chat.admit(at(now), asker(ADA), Nonce(nonce), Target::Room, true, saying)
            .map(drop)
            .unwrap_err()
    };
    assert_eq!(refuse(0, 1, text("\u{200b} \u{2800}")), RefusalReason::NothingToSay);
    assert_eq!(refuse(0, 2, text(&"a".repeat(201))), RefusalReason::LineTooLong);
    let mut reasons = Vec::new();
    for nonce in 0..40 {
        let saying = text(&format!("line {nonce}"));
        reasons
            .extend(chat.admit(at(0), asker(ADA), Nonce(nonce), Target::Room, true, saying).err());
    }
    assert!(matches!(reasons[0], RefusalReason::TooOften { seconds: 1..=6 }), "{reasons:?}");
    assert_eq!(reasons.last(), Some(&RefusalReason::Mute { seconds: 60 }));
}

#[test]
fn memory_is_bounded_whoever_speaks_to_whomever() {
    let mut chat = chat();
    for n in 0..FEEDS_MAX as u64 + 500 {
        let whisper = Target::Account(AccountId(1_000_000 + n), Some("x".into()));
        // Everyone speaks once, and is then forgotten.
        let who = AccountId(10_000_000 + n / 4);
        say(&mut chat, n * 60, who, n, whisper, text("hi"));
    }
    assert!(chat.feeds.len() <= FEEDS_MAX + 1, "{}", chat.feeds.len());
    assert!(chat.speakers.len() <= SPEAKERS_MAX);
    let newest = AccountId(1_000_000 + FEEDS_MAX as u64 + 499);
    assert_eq!(lines(&mut chat, &Place::Inbox(newest)), ["hi"]);

    let mut crowd = self::chat();
    let mut refused = 0;
    for n in 0..SPEAKERS_MAX as u64 + 100 {
        let asked =
            crowd.admit(at(0), asker(AccountId(n)), Nonce(1), Target::Room, true, text("hi"));
        refused += u32::from(asked.err() == Some(RefusalReason::Busy));
    }
    assert_eq!(refused, 100);
    let later =
        crowd.admit(at(7_200), asker(AccountId(99_999)), Nonce(1), Target::Room, true, text("hi"));
    assert!(later.is_ok(), "who is quiet is forgotten");
}

#[test]
fn a_feed_that_was_given_up_and_begun_anew_is_another_one() {
    let mut chat = chat();
    let place = Place::Room("home".into());
    let said = say(&mut chat, 0, ADA, 1, Target::Room, text("a"));
    let epoch = chat.feed(&place).unwrap().epoch();
    for n in 0..FEEDS_MAX as u64 {
        let silent = Place::Inbox(AccountId(n));
        chat.push(&silent, &said.line);
    }
    assert!(chat.feeds.contains_key(&place), "a room keeps its feed");
    let inbox = Place::Inbox(AccountId(0));
    assert!(!chat.feeds.contains_key(&inbox));
    assert_eq!(chat.take_given_up(), std::slice::from_ref(&inbox), "its topic is withdrawn");
    // Of a player's room nobody knows whether it is still there.
    let own = Place::Room("own-abc".into());
    chat.push(&own, &said.line);
    for n in FEEDS_MAX as u64..2 * FEEDS_MAX as u64 {
        let line = ChatLine { id: LineId(said.line.id.0 + 1 + n), ..said.line.clone() };
        chat.push(&Place::Inbox(AccountId(n)), &line);
    }
    assert!(!chat.feeds.contains_key(&own) && chat.feeds.contains_key(&place));
    chat.push(&inbox, &said.line);
    assert_ne!(chat.feed(&inbox).unwrap().epoch(), epoch);
    say(&mut chat, 5, ADA, 2, Target::Room, text("b"));
    assert_eq!(chat.feed(&place).unwrap().epoch(), epoch);
}

#[test]
fn a_whisper_to_whoever_ignores_its_speaker_is_read_by_the_speaker_alone() {
    let mut chat = chat();
    let target = Target::Account(BO, Some("Bo".into()));
    let admitted = chat.admit(at(0), asker(ADA), Nonce(1), target, false, text("psst")).unwrap();
    let said = chat.make_line(at(0), admitted);
    assert_eq!(said.places, [Place::Inbox(ADA)]);
    assert_eq!(said.line.listener.unwrap().name, "Bo", "as if nothing was different");
}

#[test]
fn fifty_who_flood_a_room_and_whisper_to_all_are_slowed_then_refused_then_mute_and_others_are_heard()
 {
    const ATTACKERS: u64 = 50;
    let mut chat = chat();
    let honest = AccountId(1_000);
    let milliseconds = |ms| Moment { since_start: Duration::from_millis(ms), unix_ms: ms };
    // Of each attacker: said at once, said later, refused for a while, mute.
    let mut fates = vec![[0_u32; 4]; ATTACKERS as usize];
    let (mut nonce, mut stored) = (0, 0);
    for ms in (0..60_000).step_by(100) {
        for attacker in 0..ATTACKERS {
            nonce += 1;
            let target = match nonce % 2 {
                0 => Target::Room,
                _ => Target::Account(AccountId(nonce % ATTACKERS), Some("Somebody".into())),
            };
            let saying = text(&format!("spam {nonce}"));
            let asked = asker(AccountId(attacker));
            let now = milliseconds(ms);
            let fate = match chat.admit(now, asked, Nonce(nonce), target, true, saying) {
                Ok(admitted) => {
                    let is_slowed = !admitted.wait.is_zero();
                    let said = chat.make_line(now, admitted);
                    chat.say(&said);
                    stored += said.places.len();
                    usize::from(is_slowed)
                }
                Err(RefusalReason::TooOften { .. }) => 2,
                Err(RefusalReason::Mute { .. }) => 3,
                Err(other) => panic!("{other:?}"),
            };
            fates[attacker as usize][fate] += 1;
        }
        if ms % 2_000 == 0 {
            let saying = text(&format!("hello {ms}"));
            let asked = asker(honest);
            let said = chat.admit(milliseconds(ms), asked, Nonce(ms), Target::Room, true, saying);
            assert_eq!(said.map(|admitted| admitted.wait), Ok(Duration::ZERO), "at {ms} ms");
        }
    }
    for fate in &fates {
        assert!(fate.iter().all(|count| *count > 0), "each of it, to each of them: {fate:?}");
        assert!(fate[0] + fate[1] <= 10, "before and after a mute: {fate:?}");
    }
    assert!(stored <= 50 * 10 * 2, "{stored} lines are stored");
    assert!(chat.feeds.len() <= 51 && chat.speakers.len() == 51);
    assert!(chat.speakers.values().all(|known| known.before.len() <= BEFORE_MAX));
}

#[test]
fn a_line_to_a_party_is_read_there_alone_in_a_feed_that_is_no_other_partys() {
    let mut chat = chat();
    let (one, other) = (PartyId(1), PartyId(2));
    say(&mut chat, 0, ADA, 1, Target::Party(one), text("left flank"));
    say(&mut chat, 3, BO, 2, Target::Party(other), text("right flank"));
    let said = say(&mut chat, 6, ADA, 3, Target::Party(one), text("now"));
    assert_eq!((said.places, said.line.listener), (vec![Place::Party(one)], None));
    assert_eq!(lines(&mut chat, &Place::Party(one)), ["left flank", "now"]);
    assert_eq!(lines(&mut chat, &Place::Party(other)), ["right flank"]);
    assert_eq!(lines(&mut chat, &Place::Room("home".into())), [""; 0]);
    assert_eq!(lines(&mut chat, &Place::Inbox(ADA)), [""; 0]);
    // Whoever goes from one party to another, or to none, finds another feed by the same name.
    let epochs = [one, other].map(|party| chat.feed(&Place::Party(party)).unwrap().epoch());
    assert_ne!(epochs[0], epochs[1]);
    assert!(!epochs.contains(&chat.silence().epoch()));
}
