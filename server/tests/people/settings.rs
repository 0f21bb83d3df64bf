//! Settings over real sockets: kept with the account, and told to whoever comes with it.

use std::process::Stdio;

use crate::support::folder::Folder;
use crate::support::program::Program;
use crate::support::talker::{PATIENCE, Talker};
use driftfield_shared::limits::SETTINGS_BYTES_MAX;
use driftfield_shared::protocol::{Done, HubBody, Outcome, RefusalReason};

fn kept(talker: &mut Talker) -> (u64, String) {
    let id = talker.ask(HubBody::Settings);
    match talker.outcome(id) {
        Outcome::Done(Done::Settings { revision, text }) => (revision, text),
        other => panic!("{other:?}"),
    }
}

fn keep(talker: &mut Talker, text: &str) -> Result<u64, RefusalReason> {
    let id = talker.ask(HubBody::KeepSettings { text: text.to_owned() });
    match talker.outcome(id) {
        Outcome::Done(Done::SettingsKept { revision }) => Ok(revision),
        Outcome::Refused(reason) => Err(reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_an_account_keeps_last_is_told_wherever_it_comes_and_after_a_restart() {
    let folder = Folder::new("settings");
    let start = || Program::start_with(&["--data-dir", folder.text()], Stdio::null());
    let program = start();
    let mut here = Talker::new(program.address, "Ada", Some(1));
    assert_eq!(kept(&mut here), (0, String::new()), "it keeps none yet");
    let first = keep(&mut here, "still=1\n").expect("it is kept");
    assert_eq!(kept(&mut here), (first, "still=1\n".to_owned()));
    let mut other = Talker::new(program.address, "Bo", Some(2));
    assert_eq!(kept(&mut other), (0, String::new()), "another account keeps its own");
    // Nothing waits between: the second one is not durable when it is asked for.
    here.ask(HubBody::KeepSettings { text: "still=0\n".to_owned() });
    let (second, text) = kept(&mut here);
    assert!(second > first && text == "still=0\n", "{second} after {first}: {text:?}");
    let mut guest = Talker::new(program.address, "Guest", None);
    assert_eq!(keep(&mut guest, "still=1\n"), Err(RefusalReason::NoAccount));
    let longest = "x".repeat(SETTINGS_BYTES_MAX);
    assert!(keep(&mut other, &longest).is_ok_and(|revision| revision > second));
    drop((here, other, guest));
    program.signal("TERM");
    let (status, ..) = program.wait(PATIENCE);
    assert!(status.success(), "{status}");

    let program = start();
    let mut here = Talker::new(program.address, "Ada", Some(1));
    here.nonce += 100;
    assert_eq!(kept(&mut here), (second, text));
    let third = keep(&mut here, "").expect("it is kept");
    assert!(third > second, "{third} after {second}, also over a restart");
}

#[test]
fn whoever_keeps_too_often_is_told_when_to_go_on() {
    let program = Program::start_with(&[], Stdio::null());
    let mut ada = Talker::new(program.address, "Ada", Some(1));
    let outcomes: Vec<_> = (0..15).map(|n| keep(&mut ada, &format!("scale={n}\n"))).collect();
    let refused = outcomes.iter().find_map(|outcome| outcome.err());
    assert!(matches!(refused, Some(RefusalReason::TooOften { seconds: 1.. })), "{outcomes:?}");
    assert!(outcomes[..10].iter().all(Result::is_ok), "{outcomes:?}");
}
