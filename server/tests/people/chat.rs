//! Chat over real sockets: who reads what, what comes after a lost connection, and what outlives the server.

use std::process::Stdio;
use std::time::Instant;

use crate::support::TestServer;
use crate::support::folder::Folder;
use crate::support::program::Program;
use crate::support::talker::{PATIENCE, Talker, texts, wait};
use driftfield_shared::protocol::{
    CHAT, Done, HubBody, INBOX, LineId, LinesOf, Nonce, Outcome, RefusalReason, RequestId, SayTo,
    Saying,
};
use driftfield_shared::topics::EndReason;

#[test]
fn what_is_said_to_the_room_is_read_by_all_and_a_whisper_by_two() {
    let server = TestServer::start(|_| {});
    let mut ada = Talker::new(server.address, "Ada", Some(1));
    let mut bo = Talker::new(server.address, "Bo", Some(2));
    let mut guest = Talker::new(server.address, "Eve", None);
    let said = ada.say("hello \u{202e}all");
    wait(&mut [&mut ada, &mut bo, &mut guest], "the line", |talkers| {
        talkers.iter().all(|talker| texts(&talker.lines) == ["hello all"])
    });
    let Outcome::Done(Done::Said { line }) = ada.outcome(said) else { panic!("it was said") };
    assert_eq!(bo.lines[0].id, line);
    assert_eq!(bo.lines[0].speaker.name, "Ada");

    let whisper = ada.say_to(SayTo::Player(bo.player()), "psst");
    wait(&mut [&mut ada, &mut bo], "the whisper", |talkers| {
        talkers.iter().all(|talker| texts(&talker.whispers) == ["psst"])
    });
    ada.outcome(whisper);
    // The answer goes to the account, wherever it is.
    let account = bo.whispers[0].speaker.account;
    bo.say_to(SayTo::Account(account), "yes?");
    wait(&mut [&mut ada, &mut bo, &mut guest], "the answer", |talkers| {
        texts(&talkers[0].whispers) == ["psst", "yes?"]
    });
    assert_eq!(guest.whispers, []);
    assert_eq!(guest.lines.len(), 1);
    let no_inbox = (guest.inbox.unwrap(), EndReason::NoSuchTopic);
    assert!(guest.ended.contains(&no_inbox), "a guest has no inbox");

    let refused = guest.say("me too");
    assert_eq!(guest.outcome(refused), Outcome::Refused(RefusalReason::NoAccount));
    let refused = bo.say_to(SayTo::Player(guest.player()), "psst");
    assert_eq!(bo.outcome(refused), Outcome::Refused(RefusalReason::NobodyThere));
    let refused = bo.say(" \u{200b} ");
    assert_eq!(bo.outcome(refused), Outcome::Refused(RefusalReason::NothingToSay));
}

#[test]
fn nobody_reads_what_is_anothers_own_by_the_name_that_the_hub_has_for_it() {
    let server = TestServer::start(|_| {});
    let mut ada = Talker::new(server.address, "Ada", Some(1));
    let mut bo = Talker::new(server.address, "Bo", Some(2));
    ada.say_to(SayTo::Player(bo.player()), "secret");
    wait(&mut [&mut ada, &mut bo], "the whisper", |talkers| talkers[1].whispers.len() == 1);
    let account = bo.whispers[0].listener.as_ref().expect("Bo").account.0;
    let mut eve = Talker::new(server.address, "Eve", Some(3));
    let names = [format!("{INBOX}/{account:016x}"), format!("{CHAT}/frontier")];
    let handles = names.map(|name| eve.client.subscribe(&name, None).expect("a handle"));
    eve.until("both ends", |talker| talker.ended.len() == 2);
    assert_eq!(eve.ended, handles.map(|handle| (handle, EndReason::NoSuchTopic)));
    assert_eq!(eve.whispers, []);
}

#[test]
fn what_was_said_while_somebody_was_away_comes_once_and_in_order() {
    let server = TestServer::start(|_| {});
    let mut bo = Talker::new(server.address, "Bo", Some(100));
    let mut others: Vec<Talker> =
        (0..8).map(|n| Talker::new(server.address, "Other", Some(n + 1))).collect();
    let first = others[0].say("before");
    others[0].outcome(first);
    bo.until("the first line", |talker| talker.lines.len() == 1);
    bo.lose();
    for round in 0..4 {
        for other in &mut others {
            let said = other.say(&format!("line {round}"));
            assert!(matches!(other.outcome(said), Outcome::Done(_)));
        }
    }
    bo.connect(server.address);
    bo.until("all lines", |talker| talker.lines.len() >= 33);
    assert_eq!(bo.lines.len(), 33);
    assert!(bo.lines.is_sorted_by(|before, after| before.id < after.id), "in order, none twice");
}

#[test]
fn two_hundred_lines_that_somebody_missed_come_once_in_order_and_within_16_kb() {
    let server = TestServer::start(|_| {});
    let mut bo = Talker::new(server.address, "Bo", Some(100));
    // As many as one may say at once.
    let mut others: Vec<Talker> =
        (0..40).map(|n| Talker::new(server.address, "Xenia", Some(n + 1))).collect();
    let first = others[0].say("before");
    others[0].outcome(first);
    bo.until("the first line", |talker| talker.lines.len() == 1);
    bo.lose();
    let start = Instant::now();
    let before = bo.client.stats().topic_bytes_received;
    let mut missed = 0;
    for round in 0..5 {
        let ids: Vec<Option<RequestId>> = others
            .iter_mut()
            .enumerate()
            // The first of them has said a line.
            .map(|(n, other)| {
                let text = format!("{n} {round}: {}", REMARKS[(n + round) % REMARKS.len()]);
                (n > 0 || round > 0).then(|| other.say(&text))
            })
            .collect();
        missed += ids.iter().flatten().count();
        let mut all: Vec<&mut Talker> = others.iter_mut().collect();
        wait(&mut all, "all receipts", |talkers| {
            let mut each = talkers.iter().zip(&ids);
            each.all(|(talker, id)| id.is_none_or(|id| talker.outcomes.contains_key(&id)))
        });
    }
    assert_eq!(missed, 199);
    let last = others[39].say("the last one");
    assert!(matches!(others[39].outcome(last), Outcome::Done(_)));
    bo.connect(server.address);
    bo.until("all lines", |talker| {
        talker.lines.last().is_some_and(|line| line.saying == Saying::Text("the last one".into()))
    });
    assert_eq!(bo.lines.len(), 201, "after {:?}", start.elapsed());
    assert!(bo.lines.is_sorted_by(|before, after| before.id < after.id), "in order, none twice");
    let bytes = bo.client.stats().topic_bytes_received - before;
    println!("{bytes} bytes for 200 lines");
    assert!(bytes < 16_000, "{bytes} bytes");
}

/// What people say in a fight: 2 to 56 characters, 22 in the mean.
const REMARKS: [&str; 10] = [
    "gg",
    "lol",
    "anyone at the north station?",
    "selling ore, 40 a piece",
    "watch out, two hunters behind the big rock near the gate",
    "nice shot",
    "how do I dock here?",
    "привет всем",
    "follow me to the second field, there is gold",
    "brb, cat on the keyboard",
];

#[test]
fn what_is_asked_for_again_over_another_connection_is_said_once() {
    let server = TestServer::start(|_| {});
    let mut ada = Talker::new(server.address, "Ada", Some(1));
    let mut bo = Talker::new(server.address, "Bo", Some(2));
    let said = ada.say("once");
    // It is sent, and the answer is never read.
    wait(&mut [&mut bo], "nothing", |_| true);
    ada.send();
    bo.until("the line", |talker| talker.lines.len() == 1);
    ada.lose();
    ada.connect(server.address);
    let line = bo.lines[0].id;
    assert_eq!(ada.outcome(said), Outcome::Done(Done::Said { line }));
    let next = ada.say("next");
    ada.outcome(next);
    bo.until("the next line", |talker| talker.lines.len() >= 2);
    assert_eq!(texts(&bo.lines), ["once", "next"]);
}

#[test]
fn a_flood_is_slowed_then_refused_and_the_others_talk_on() {
    let server = TestServer::start(|_| {});
    let mut eve = Talker::new(server.address, "Eve", Some(1));
    let mut bo = Talker::new(server.address, "Bo", Some(2));
    let mut reasons = Vec::new();
    for round in 0..4 {
        let ids: Vec<RequestId> = (0..8).map(|n| eve.say(&format!("spam {round} {n}"))).collect();
        for id in ids {
            wait(&mut [&mut eve, &mut bo], "an answer", |talkers| {
                talkers[0].outcomes.contains_key(&id)
            });
            if let Outcome::Refused(reason) = eve.outcomes[&id] {
                reasons.push(reason);
            }
        }
    }
    assert!(matches!(reasons[0], RefusalReason::TooOften { .. }), "{reasons:?}");
    assert!(matches!(reasons.last(), Some(RefusalReason::Mute { .. })), "{reasons:?}");
    let said = bo.say("can you hear me?");
    assert!(matches!(bo.outcome(said), Outcome::Done(_)));
    assert!(server.metric("driftfield_chat_lines_slowed_total") > 0.0);
    assert!(server.metric("driftfield_rejected_messages_total{reason=\"request_mute\"}") > 0.0);
}

#[test]
fn what_was_confirmed_outlives_a_server_that_is_killed_and_can_be_read_again() {
    let folder = Folder::new("chat");
    let flags = ["--data-dir", folder.text()];
    let mut program = Program::start_with(&flags, Stdio::null());
    let mut ada = Talker::new(program.address, "Ada", Some(1));
    let mut confirmed = Vec::new();
    for n in 0..5 {
        let said = ada.say(&format!("line {n}"));
        let Outcome::Done(Done::Said { line }) = ada.outcome(said) else { panic!("it was said") };
        confirmed.push(line);
    }
    let (nonce, asked) = (Nonce(ada.nonce), ada.nonce);
    program.child.kill().expect("a child");
    program.child.wait().expect("a child");

    let program = Program::start_with(&flags, Stdio::null());
    let mut bo = Talker::new(program.address, "Bo", Some(2));
    bo.until("what was said before", |talker| talker.lines.len() >= 5);
    let lines: Vec<LineId> = bo.lines.iter().map(|line| line.id).collect();
    assert_eq!(lines, confirmed);
    // The page was closed with the request unanswered, as far as it knew.
    let mut ada = Talker::new(program.address, "Ada", Some(1));
    ada.nonce = asked;
    let body = HubBody::Say { to: SayTo::Room, saying: Saying::Text("line 4".to_owned()) };
    let again = ada.client.request((nonce, body)).expect("a seat");
    assert_eq!(ada.outcome(again), Outcome::Done(Done::Said { line: confirmed[4] }));

    let before = ada.ask(HubBody::History { of: LinesOf::Room, before: confirmed[3] });
    let Outcome::Done(Done::History { lines, is_start }) = ada.outcome(before) else {
        panic!("a history");
    };
    assert_eq!(texts(&lines), ["line 0", "line 1", "line 2"]);
    assert!(is_start);
    program.signal("TERM");
    program.wait(PATIENCE);
}

#[test]
fn no_confirmed_line_is_lost_and_none_is_said_twice_whenever_the_server_is_killed() {
    let folder = Folder::new("chat-kills");
    let flags = ["--data-dir", folder.text()];
    let (talker_count, lines_each) = (4_u8, 5);
    let body = |round: usize, talker: u8, line: usize| HubBody::Say {
        to: SayTo::Room,
        saying: Saying::Text(format!("{round} {talker} {line}")),
    };
    // Killed as soon as so many receipts were read: the next commit is under way.
    for (round, receipts) in [0, 1, 3, 8, 13, 19].into_iter().enumerate() {
        let account = |talker: u8| Some(1 + round as u8 * talker_count + talker);
        let mut program = Program::start_with(&flags, Stdio::null());
        let mut talkers: Vec<Talker> =
            (0..talker_count).map(|n| Talker::new(program.address, "Ada", account(n))).collect();
        let mut asked = vec![Vec::new(); talkers.len()];
        let start = Instant::now();
        loop {
            assert!(start.elapsed() < PATIENCE, "no receipts");
            for (talker, (asked, n)) in talkers.iter_mut().zip(asked.iter_mut().zip(0..)) {
                // One after the other, so that they fall into different commits.
                if asked.len() < lines_each {
                    let id = talker.ask(body(round, n, asked.len()));
                    asked.push((talker.nonce, id));
                }
                talker.step();
            }
            let count: usize = talkers.iter().map(|talker| talker.outcomes.len()).sum();
            if count >= receipts {
                break;
            }
        }
        program.child.kill().expect("a child");
        program.child.wait().expect("a child");
        talkers.iter_mut().for_each(Talker::read_last_words);

        let program = Program::start_with(&flags, Stdio::null());
        let mut said = 0;
        for (talker, (asked, n)) in talkers.iter().zip(asked.iter().zip(0..)) {
            let mut again = Talker::new(program.address, "Ada", account(n));
            for (line, (nonce, id)) in asked.iter().enumerate() {
                let repeated = again.client.request((Nonce(*nonce), body(round, n, line)));
                let outcome = again.outcome(repeated.expect("a seat"));
                assert!(matches!(outcome, Outcome::Done(Done::Said { .. })), "{outcome:?}");
                if let Some(before) = talker.outcomes.get(id) {
                    assert_eq!(*before, outcome, "the receipt names a line that is there");
                }
                said += 1;
            }
        }
        let mut reader = Talker::new(program.address, "Bo", Some(200));
        let of_round = |reader: &Talker| -> Vec<String> {
            let prefix = format!("{round} ");
            let texts = texts(&reader.lines).into_iter().map(str::to_owned);
            texts.filter(|text| text.starts_with(&prefix)).collect()
        };
        reader.until("all lines", |reader| of_round(reader).len() >= said);
        let mut read = of_round(&reader);
        read.sort();
        read.dedup();
        assert_eq!((read.len(), of_round(&reader).len()), (said, said), "each of them once");
        program.signal("TERM");
        program.wait(PATIENCE);
    }
}
