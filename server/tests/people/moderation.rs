//! Moderation over real sockets: who may do what to whom, and who is told what.

use std::process::{Command, Stdio};

use crate::support::TestServer;
use crate::support::folder::Folder;
use crate::support::program::Program;
use crate::support::talker::{PATIENCE, Talker, texts, ticket, wait};
use driftfield_server::hub::{HostReply, HostSubject, HostWish, Subject};
use driftfield_shared::protocol::{
    AccountTag, Act, CloseReason, Complaint, Done, Dossier, FriendLine, FriendState, HubBody,
    Notice, NoticeEvent, NoticeId, Outcome, RefusalReason, Role, SayTo, Term, VoteState, Whom,
};

fn term(text: &str) -> Term {
    text.parse().expect("a term")
}

fn name(name: &str) -> Whom {
    Whom::Name(name.to_owned())
}

fn give_role(server: &TestServer, who: &str, role: Role) {
    let whom = HostSubject::Subject(Subject::Name(who.to_owned()));
    let done = server.order(HostWish::Moderate(whom, Act::SetRole(role), String::new()));
    assert!(matches!(done, Ok(HostReply::Done(_))), "{done:?}");
}

fn moderate(talker: &mut Talker, whom: Whom, act: Act) -> Outcome {
    let note = "spam".to_owned();
    let id = talker.ask(HubBody::Moderate { whom, act, note });
    talker.outcome(id)
}

fn done(name: &str) -> Outcome {
    Outcome::Done(Done::Moderated { name: name.to_owned() })
}

fn refused(reason: RefusalReason) -> Outcome {
    Outcome::Refused(reason)
}

fn events(notices: &[Notice]) -> Vec<&NoticeEvent> {
    notices.iter().map(|notice| &notice.event).collect()
}

/// Gives an order as a host does, and reads what is printed.
fn admin(folder: &Folder, words: &[&str]) -> (bool, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_server"));
    let output = program.args(["admin", "--data-dir", folder.text()]).args(words).output();
    let output = output.expect("the program");
    let text = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8(text).expect("UTF-8").trim().to_owned())
}

fn end(program: Program) {
    program.signal("TERM");
    let (status, ..) = program.wait(PATIENCE);
    assert!(status.success(), "{status}");
}

fn look_up(talker: &mut Talker, whom: Whom) -> Dossier {
    let id = talker.ask(HubBody::LookUp { whom });
    match talker.outcome(id) {
        Outcome::Done(Done::Found(dossier)) => dossier,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_role_is_obeyed_up_to_where_it_goes_and_the_one_concerned_is_told_why_and_how_long() {
    let server = TestServer::start(|_| {});
    let mut ada = Talker::new(server.address, "Ada", Some(1));
    let mut eve = Talker::new(server.address, "Eve", Some(2));
    assert_eq!(
        moderate(&mut ada, name("Eve"), Act::Kick),
        refused(RefusalReason::NotAllowed),
        "a player has no role"
    );
    give_role(&server, "ada", Role::Helper);
    ada.until("the role", |ada| {
        events(&ada.notices) == [&NoticeEvent::RoleGiven { role: Role::Helper }]
    });

    let hour = refused(RefusalReason::TermTooLong { seconds: 3_600 });
    assert_eq!(moderate(&mut ada, name("Eve"), Act::Mute(term("2h"))), hour);
    assert_eq!(moderate(&mut ada, name("eve"), Act::Mute(term("10m"))), done("Eve"));
    eve.until("the notice", |eve| !eve.notices.is_empty());
    let muted = NoticeEvent::Muted { term: term("10m"), note: "spam".into() };
    assert_eq!(events(&eve.notices), [&muted]);
    let said = eve.say("hello?");
    let Outcome::Refused(RefusalReason::Mute { seconds }) = eve.outcome(said) else {
        panic!("she is mute")
    };
    assert!((500..=600).contains(&seconds), "{seconds}");

    let not_allowed = refused(RefusalReason::NotAllowed);
    assert_eq!(moderate(&mut ada, name("Eve"), Act::Unmute), not_allowed);
    assert_eq!(moderate(&mut ada, name("Eve"), Act::Ban(term("1h"))), not_allowed);
    give_role(&server, "Ada", Role::Moderator);
    assert_eq!(moderate(&mut ada, name("Eve"), Act::Unmute), done("Eve"));
    assert_eq!(moderate(&mut ada, name("Eve"), Act::Unmute), refused(RefusalReason::NotInForce));
    let said = eve.say("thanks");
    assert!(matches!(eve.outcome(said), Outcome::Done(_)));
    let yourself = refused(RefusalReason::Yourself);
    assert_eq!(moderate(&mut ada, name("Ada"), Act::Kick), yourself);
    assert_eq!(moderate(&mut ada, name("Nobody"), Act::Kick), refused(RefusalReason::NoSuchPlayer));
    give_role(&server, "Eve", Role::Moderator);
    let outranked = refused(RefusalReason::Outranked);
    assert_eq!(moderate(&mut ada, name("Eve"), Act::Kick), outranked);
}

#[test]
fn who_is_kicked_or_banned_must_go_and_stays_out_and_is_told_the_reason() {
    let server = TestServer::start(|_| {});
    let mut ada = Talker::new(server.address, "Ada", Some(1));
    let mut eve = Talker::new(server.address, "Eve", Some(2));
    let mut guest = Talker::new(server.address, "Guest", None);
    give_role(&server, "Ada", Role::Moderator);
    let player = Whom::Player(eve.player());
    assert_eq!(moderate(&mut ada, player, Act::Kick), done("Eve"));
    eve.until("the end", |eve| eve.closed.is_some());
    assert_eq!(eve.closed, Some(CloseReason::Kicked));
    eve.closed = None;
    eve.request_socket(server.address);
    eve.until("the end", |eve| eve.closed.is_some());
    assert_eq!(eve.closed, Some(CloseReason::Kicked), "a minute is not over");

    // Eve is not there, but her account is found by its name.
    let dossier = look_up(&mut ada, name("eve"));
    assert_eq!((&dossier.name[..], dossier.ban), ("Eve", None));
    let account = dossier.account.expect("she has one");
    assert_eq!(moderate(&mut ada, Whom::Account(account), Act::Ban(term("3d"))), done("Eve"));
    let ban = look_up(&mut ada, Whom::Account(account)).ban.and_then(|term| term.0);
    assert!(ban.is_some_and(|left| (259_100..=259_200).contains(&left)), "{ban:?}");
    assert_eq!(eve.refused_socket(server.address), 403);

    // A guest has no account: by its network, which is that of all of them here.
    let guest_id = Whom::Player(guest.player());
    let no_account = refused(RefusalReason::NoAccount);
    assert_eq!(moderate(&mut ada, guest_id.clone(), Act::Ban(term("1h"))), no_account);
    let network = look_up(&mut ada, guest_id.clone()).network.expect("it is on-line");
    let own = Whom::Player(ada.player());
    assert_eq!(look_up(&mut ada, own).network, Some(network));
    assert_eq!(moderate(&mut ada, guest_id, Act::Kick), done("Guest"));
    guest.until("the end", |guest| guest.closed.is_some());
    assert_eq!(guest.closed, Some(CloseReason::Kicked));
    let ban = Act::Ban(term("1h"));
    let mute = Act::Mute(term("1h"));
    let network = Whom::Network(network);
    assert_eq!(
        moderate(&mut ada, network.clone(), mute),
        refused(RefusalReason::NotAllowed),
        "a network does not speak"
    );
    ada.ask(HubBody::Moderate { whom: network, act: ban, note: String::new() });
    ada.until("her own end", |ada| ada.closed.is_some());
    assert_eq!(ada.closed, Some(CloseReason::Banned));
    let whom = HostSubject::Network("127.0.0.1/32".parse().expect("a network"));
    let unbanned = server.order(HostWish::Moderate(whom, Act::Unban, String::new()));
    assert!(unbanned.is_ok(), "{unbanned:?}");
    ada.connect(server.address);
}

#[test]
fn an_ignored_player_whispers_into_the_void_also_after_a_restart() {
    let folder = Folder::new("ignored");
    let start = || Program::start_with(&["--data-dir", folder.text()], Stdio::null());
    let program = start();
    let mut ada = Talker::new(program.address, "Ada", Some(1));
    let mut eve = Talker::new(program.address, "Eve", Some(2));
    let id = ada.ask(HubBody::Ignore { whom: name("Ada"), is_ignored: true });
    assert_eq!(ada.outcome(id), refused(RefusalReason::Yourself));
    let id = ada.ask(HubBody::Ignore { whom: Whom::Player(eve.player()), is_ignored: true });
    let Outcome::Done(Done::Ignoring { whom, is_ignored: true }) = ada.outcome(id) else {
        panic!("it is done")
    };
    assert_eq!(whom.name, "Eve");
    let said = eve.say_to(SayTo::Player(ada.player()), "psst");
    assert!(matches!(eve.outcome(said), Outcome::Done(Done::Said { .. })), "she is not told");
    let line = eve.say("hello");
    wait(&mut [&mut ada, &mut eve], "the line", |talkers| talkers[0].lines.len() == 1);
    eve.outcome(line);
    eve.until("her own whisper", |eve| texts(&eve.whispers) == ["psst"]);
    assert_eq!(ada.whispers, []);
    drop((ada, eve));
    end(program);

    let program = start();
    let mut ada = Talker::new(program.address, "Ada", Some(1));
    let mut eve = Talker::new(program.address, "Eve", Some(2));
    // What is asked for by the same numbers again was said before the restart.
    eve.nonce += 100;
    let id = ada.ask(HubBody::Ignored);
    assert_eq!(ada.outcome(id), Outcome::Done(Done::Ignored { list: vec![whom.clone()] }));
    let said = eve.say_to(SayTo::Player(ada.player()), "psst again");
    eve.outcome(said);
    let id = ada.ask(HubBody::Ignore { whom: name("EVE"), is_ignored: false });
    assert_eq!(ada.outcome(id), Outcome::Done(Done::Ignoring { whom, is_ignored: false }));
    eve.say_to(SayTo::Player(ada.player()), "sorry");
    wait(&mut [&mut ada, &mut eve], "the whisper", |talkers| !talkers[0].whispers.is_empty());
    assert_eq!(texts(&ada.whispers), ["sorry"]);
}

#[test]
fn three_of_four_vote_somebody_out_of_the_room_and_nobody_votes_on_a_helper() {
    let server = TestServer::start(|_| {});
    let mut talkers: Vec<Talker> = ["Ada", "Bo", "Cy", "Eve"]
        .into_iter()
        .zip(1..)
        .map(|(name, account)| Talker::new(server.address, name, Some(account)))
        .collect();
    let [ada, bo, cy, eve] = &mut talkers[..] else { unreachable!("four") };
    let start = |talker: &mut Talker, whom: &str| {
        let id = talker.ask(HubBody::StartVote { whom: name(whom), note: "rams".into() });
        talker.outcome(id)
    };
    give_role(&server, "Cy", Role::Helper);
    assert_eq!(start(ada, "Cy"), refused(RefusalReason::Outranked));
    let Outcome::Done(Done::Voted { vote }) = start(ada, "Eve") else { panic!("it begins") };
    assert_eq!(start(bo, "Ada"), refused(RefusalReason::VoteRunning));
    wait(&mut [ada, bo, cy, eve], "the vote", |all| all.iter().all(|it| it.vote.is_some()));
    let line = bo.vote.clone().expect("a vote");
    assert_eq!((line.id, &line.name[..], &line.starter[..]), (vote, "Eve", "Ada"));
    assert_eq!((line.yes, line.no, line.needed, &line.note[..]), (1, 0, 3, "rams"));
    let id = eve.ask(HubBody::Vote { vote, yes: false });
    assert_eq!(eve.outcome(id), refused(RefusalReason::NoVote));
    for talker in [bo, cy] {
        let id = talker.ask(HubBody::Vote { vote, yes: true });
        assert_eq!(talker.outcome(id), Outcome::Done(Done::Voted { vote }));
    }
    eve.until("the end", |eve| eve.closed.is_some());
    assert_eq!(eve.closed, Some(CloseReason::VotedOut));
    ada.until("the result", |ada| {
        ada.vote.as_ref().is_some_and(|vote| vote.state == VoteState::Passed)
    });
    eve.closed = None;
    eve.request_socket(server.address);
    eve.until("the end", |eve| eve.closed.is_some());
    assert_eq!(eve.closed, Some(CloseReason::VotedOut));
}

#[test]
fn an_announcement_reaches_everyone_and_what_was_told_outlives_the_server() {
    let folder = Folder::new("notices");
    let start = || Program::start_with(&["--data-dir", folder.text()], Stdio::null());
    let program = start();
    let mut ada = Talker::new(program.address, "Ada", Some(1));
    let mut guest = Talker::new(program.address, "Guest", None);
    admin(&folder, &["role", "Ada", "moderator"]);
    let announce = |ada: &mut Talker, text: &str| {
        let id = ada.ask(HubBody::Announce { text: text.to_owned() });
        ada.outcome(id)
    };
    assert_eq!(announce(&mut ada, "free ore"), refused(RefusalReason::NotAllowed));
    admin(&folder, &["role", "Ada", "admin"]);
    assert_eq!(announce(&mut ada, " "), refused(RefusalReason::NothingToSay));
    assert_eq!(announce(&mut ada, "races at  eight"), Outcome::Done(Done::Announced));
    let said = NoticeEvent::Announced { text: "races at eight".into() };
    wait(&mut [&mut ada, &mut guest], "it", |all| {
        events(&all[0].notices).contains(&&said) && events(&all[1].notices) == [&said]
    });
    assert_eq!(ada.notices.len(), 3, "two roles before it");
    let up_to = ada.notices[1].id;
    let id = ada.ask(HubBody::NoticesRead { up_to });
    assert_eq!(ada.outcome(id), Outcome::Done(Done::NoticesRead));
    let before = ada.notices.clone();
    drop((ada, guest));
    end(program);

    let program = start();
    let mut ada = Talker::new(program.address, "Ada", Some(1));
    let mut bo = Talker::new(program.address, "Bo", Some(2));
    let id = ada.ask(HubBody::Notices { before: NoticeId(u64::MAX) });
    let Outcome::Done(Done::Notices { list, is_start: true, read_up_to }) = ada.outcome(id) else {
        panic!("a history")
    };
    let mut ids: Vec<NoticeId> = before.iter().map(|notice| notice.id).collect();
    ids.sort_unstable();
    assert_eq!(list.iter().map(|notice| notice.id).collect::<Vec<_>>(), ids);
    assert_eq!(read_up_to, up_to);
    ada.until("the feeds", |ada| ada.notices.len() == 3);
    bo.until("the announcement", |bo| events(&bo.notices) == [&said]);
}

#[test]
fn what_a_moderator_asked_for_before_a_kill_is_not_done_again_after_it() {
    let folder = Folder::new("asked-again");
    let start = || Program::start_with(&["--data-dir", folder.text()], Stdio::null());
    let program = start();
    let mut ada = Talker::new(program.address, "Ada", Some(1));
    let mut bo = Talker::new(program.address, "Bo", Some(2));
    let mut eve = Talker::new(program.address, "Eve", Some(3));
    admin(&folder, &["role", "Ada", "admin"]);
    let note = "spam".to_owned();
    let asked = [
        ada.ask(HubBody::Announce { text: "races at eight".into() }),
        ada.ask(HubBody::Moderate { whom: name("Eve"), act: Act::Mute(term("10m")), note }),
        ada.ask(HubBody::Report {
            whom: name("Bo"),
            complaint: Complaint::Spam,
            note: String::new(),
        }),
    ];
    ada.send();
    let announced = NoticeEvent::Announced { text: "races at eight".into() };
    let muted = NoticeEvent::Muted { term: term("10m"), note: "spam".into() };
    wait(&mut [&mut bo, &mut eve], "what was asked for", |all| {
        events(&all[0].notices) == [&announced] && events(&all[1].notices).contains(&&muted)
    });
    let reports = || admin(&folder, &["reports"]).1;
    let started = std::time::Instant::now();
    while !reports().contains("Bo") {
        assert!(started.elapsed() < PATIENCE, "{}", reports());
    }
    let before = reports();
    // The answers are on their way to her and never read.
    [&mut ada, &mut bo, &mut eve].into_iter().for_each(Talker::lose);
    program.signal("KILL");
    program.wait(PATIENCE);

    let program = start();
    ada.client.set_ticket(Some(ticket(program.address, 1)));
    ada.connect(program.address);
    let answers = asked.map(|id| ada.outcome(id));
    assert_eq!(answers[0], Outcome::Done(Done::Announced));
    assert_eq!(answers[1], done("Eve"));
    assert_eq!(answers[2], Outcome::Done(Done::Reported));
    assert_eq!(reports(), before);
    let (_, log) = admin(&folder, &["audit"]);
    for action in ["  announce  ", "  mute  "] {
        assert_eq!(log.matches(action).count(), 1, "{log}");
    }
    // What is asked for now is done.
    let id = ada.ask(HubBody::Announce { text: "it begins".into() });
    assert_eq!(ada.outcome(id), Outcome::Done(Done::Announced));
    let mut bo = Talker::new(program.address, "Bo", Some(2));
    bo.until("the next one", |bo| bo.notices.len() >= 2);
    let begins = NoticeEvent::Announced { text: "it begins".into() };
    assert_eq!(events(&bo.notices), [&announced, &begins]);
}

#[test]
fn who_floods_reports_and_votes_is_refused_and_the_others_are_heard() {
    let server = TestServer::start(|_| {});
    let mut eve = Talker::new(server.address, "Eve", Some(1));
    let mut bo = Talker::new(server.address, "Bo", Some(2));
    let report = |talker: &mut Talker, whom: Whom| {
        let note = "look at this".to_owned();
        let id = talker.ask(HubBody::Report { whom, complaint: Complaint::Spam, note });
        talker.outcome(id)
    };
    let whom = || name("Bo");
    let outcomes: Vec<Outcome> = (0..12).map(|_| report(&mut eve, whom())).collect();
    let reported = outcomes.iter().filter(|it| **it == Outcome::Done(Done::Reported)).count();
    assert_eq!(reported, 3, "{outcomes:?}");
    assert!(matches!(outcomes[3], Outcome::Refused(RefusalReason::TooOften { .. })));
    assert_eq!(report(&mut bo, name("Eve")), Outcome::Done(Done::Reported));
    let unknown = Whom::Account(AccountTag(12_345));
    assert_eq!(report(&mut bo, unknown), refused(RefusalReason::NoSuchPlayer));
    let id = eve.ask(HubBody::StartVote { whom: whom(), note: String::new() });
    assert_eq!(eve.outcome(id), refused(RefusalReason::TooFewVoters { needed: 3 }));
    let mut seen = Vec::new();
    for _ in 0..12 {
        let id = eve.ask(HubBody::Ignored);
        seen.push(eve.outcome(id));
    }
    let last = seen.last();
    assert!(
        matches!(last, Some(Outcome::Refused(RefusalReason::TooOften { seconds: 1..=5 }))),
        "{last:?}"
    );
    let said = bo.say("still here");
    assert!(matches!(bo.outcome(said), Outcome::Done(_)));
}

#[test]
fn the_host_gives_orders_to_a_running_server_and_reads_what_became_of_them() {
    let folder = Folder::new("admin");
    let (done, text) = admin(&folder, &["players"]);
    assert!(!done && text.contains("no server runs with the data folder"), "{text}");
    let mut program = Program::start_with(&["--data-dir", folder.text()], Stdio::null());
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(folder.path().join("admin.sock")).expect("a socket").permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    let order = |words: &[&str]| admin(&folder, words);
    assert_eq!(order(&["players"]), (true, "there are none".to_owned()));
    let mut eve = Talker::new(program.address, "Eve", Some(2));
    let (_, players) = order(&["players"]);
    assert!(players.contains("Eve  player  account:"), "{players}");
    assert!(players.contains("127.0.0.1  network:"), "{players}");
    assert!(order(&["rooms"]).1.contains("1 players"), "the rooms");

    let muted = order(&["mute", "eve", "10m", "too loud"]);
    assert_eq!(muted, (true, "Eve may not speak: 10m".to_owned()));
    eve.until("the notice", |eve| !eve.notices.is_empty());
    let (_, bans) = order(&["bans"]);
    assert!(
        bans.starts_with("mute  account:") && bans.ends_with("10m  by host  too loud"),
        "{bans}"
    );
    assert_eq!(order(&["unmute", "Eve"]), (true, "Eve may speak again".to_owned()));
    let (done, text) = order(&["unmute", "Eve"]);
    assert!(!done && text.contains("nothing in force to end"), "{text}");
    let (done, text) = order(&["kick", "Nobody"]);
    assert!(!done && text.contains("nobody is known by that"), "{text}");
    let (done, text) = order(&["ban", "Eve", "soon"]);
    assert!(!done && text.contains("a time is a number and a unit"), "{text}");

    let said = eve.say("look at me");
    eve.outcome(said);
    let mut bo = Talker::new(program.address, "Bo", Some(3));
    let note = "see for yourself".to_owned();
    let report = HubBody::Report { whom: name("Eve"), complaint: Complaint::Abuse, note };
    let id = bo.ask(report);
    assert_eq!(bo.outcome(id), Outcome::Done(Done::Reported));
    let (_, reports) = order(&["reports"]);
    assert!(reports.contains("abuse. see for yourself"), "{reports}");
    assert!(reports.ends_with("Eve: look at me"), "{reports}");

    assert_eq!(order(&["say", "hello all"]), (true, "everyone is told".to_owned()));
    let said = NoticeEvent::Announced { text: "hello all".into() };
    bo.until("it", |bo| events(&bo.notices).contains(&&said));
    let (done, json) = admin(&folder, &["--json", "kick", "Eve"]);
    assert!(done && json.starts_with("{\"ok\":{\"done\":\"Eve is sent out"), "{json}");
    eve.until("the end", |eve| eve.closed.is_some());
    let (_, audit) = order(&["audit"]);
    let lines: Vec<&str> = audit.lines().collect();
    assert_eq!(lines.len(), 4, "{audit}");
    assert!(lines[0].contains("host  mute  Eve (") && lines[0].ends_with("10m: too loud"));
    assert!(lines[3].contains("host  kick  Eve ("), "{audit}");

    // A server that is killed leaves its socket behind, and the next one takes its place.
    program.child.kill().expect("a child");
    program.child.wait().expect("a child");
    let (done, text) = order(&["rooms"]);
    assert!(!done && text.contains("did not end in order"), "{text}");
    let program = Program::start_with(&["--data-dir", folder.text()], Stdio::null());
    let (done, text) = order(&["stop-cancel"]);
    assert!(!done && text.contains("no end of the server was announced"), "{text}");
    let mut bo = Talker::new(program.address, "Bo", Some(3));
    assert!(order(&["stop-in", "5"]).0);
    let is_restart = |event: &&NoticeEvent| matches!(event, NoticeEvent::Restarting { .. });
    bo.until("the notice", |bo| events(&bo.notices).iter().any(is_restart));
    assert!(order(&["stop-cancel"]).0);
    assert!(order(&["stop-in", "0"]).0);
    let (status, ..) = program.wait(PATIENCE);
    assert!(status.success(), "{status}");
    assert!(!folder.path().join("admin.sock").exists(), "it ended in order");
}

#[test]
fn two_are_friends_when_both_want_it_and_each_sees_where_the_other_is_also_after_a_restart() {
    let folder = Folder::new("friends");
    let start = || Program::start_with(&["--data-dir", folder.text()], Stdio::null());
    let befriend = |talker: &mut Talker, whom: &str, is_wanted| {
        let id = talker.ask(HubBody::Befriend { whom: name(whom), is_wanted });
        match talker.outcome(id) {
            Outcome::Done(Done::Befriended { state, .. }) => Ok(state),
            Outcome::Refused(reason) => Err(reason),
            other => panic!("{other:?}"),
        }
    };
    let list = |talker: &mut Talker| {
        let id = talker.ask(HubBody::Friends);
        let Outcome::Done(Done::Friends { list }) = talker.outcome(id) else { panic!("a list") };
        let line = |it: FriendLine| (it.whom.name, it.state, it.room);
        list.into_iter().map(line).collect::<Vec<_>>()
    };
    let program = start();
    let mut ada = Talker::new(program.address, "Ada", Some(1));
    let mut bo = Talker::new(program.address, "Bo", Some(2));
    assert_eq!(befriend(&mut ada, "Ada", true), Err(RefusalReason::Yourself));
    assert_eq!(befriend(&mut ada, "Bo", true), Ok(FriendState::Asked));
    let asked = |event: &&NoticeEvent| matches!(event, NoticeEvent::FriendAsked { who } if who.name == "Ada");
    bo.until("the question", |bo| events(&bo.notices).iter().any(asked));
    assert_eq!(list(&mut bo), [("Ada".into(), FriendState::Asking, None)]);
    // Taken back and asked again, it is no news.
    assert_eq!(befriend(&mut ada, "Bo", false), Ok(FriendState::Nothing));
    assert_eq!(befriend(&mut ada, "Bo", true), Ok(FriendState::Asked));
    assert_eq!(befriend(&mut bo, "Ada", true), Ok(FriendState::Friends));
    let made =
        |event: &&NoticeEvent| matches!(event, NoticeEvent::FriendMade { who } if who.name == "Bo");
    ada.until("the answer", |ada| events(&ada.notices).iter().any(made));
    assert_eq!(bo.notices.len(), 1);
    drop(bo);
    end(program);

    let program = start();
    let mut ada = Talker::new(program.address, "Ada", Some(1));
    ada.nonce += 100;
    assert_eq!(list(&mut ada), [("Bo".into(), FriendState::Friends, None)]);
    let _bo = Talker::new(program.address, "Bo", Some(2));
    let room = Some("frontier".to_owned());
    assert_eq!(list(&mut ada), [("Bo".into(), FriendState::Friends, room)]);
    assert_eq!(befriend(&mut ada, "Bo", false), Ok(FriendState::Nothing));
    assert_eq!(list(&mut ada), []);
    assert_eq!(befriend(&mut ada, "Bo", false), Err(RefusalReason::NotInForce));
}
