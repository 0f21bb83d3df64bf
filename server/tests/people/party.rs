//! Parties over real sockets: by link, by invitation, through a lost connection and a restart, with talk that nobody else reads.

use crate::support::TestServer;
use crate::support::folder::Folder;
use crate::support::talker::{PATIENCE, Talker, texts, wait};
use driftfield_server::config::{Config, RoomConfig};
use driftfield_server::store::data_dir::DataDir;
use driftfield_shared::protocol::{
    AccountTag, Done, HubBody, LineId, LinesOf, NoticeEvent, Outcome, PartyMember, PartySecret,
    PartyWish, RefusalReason, SayTo, Whom,
};
use serde_json::{Value, json};

fn wish(talker: &mut Talker, wish: PartyWish) -> Outcome {
    let id = talker.ask(HubBody::Party(wish));
    talker.outcome(id)
}

/// The own account and the link of whoever is in a party.
fn in_party(outcome: Outcome) -> (AccountTag, PartySecret) {
    match outcome {
        Outcome::Done(Done::Party { own, link: Some(link) }) => (own, link),
        other => panic!("{other:?}"),
    }
}

fn refused(outcome: Outcome) -> RefusalReason {
    match outcome {
        Outcome::Refused(reason) => reason,
        other => panic!("{other:?}"),
    }
}

fn names(members: &[PartyMember]) -> Vec<&str> {
    let mut names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    names.sort();
    names
}

fn has_notice(talker: &Talker, is_it: impl Fn(&NoticeEvent) -> bool) -> bool {
    talker.notices.iter().any(|notice| is_it(&notice.event))
}

fn look_up(server: &TestServer, link: &str) -> (u16, Value) {
    let (status, answer) = server.post("/api/party", &json!({ "party": link }).to_string());
    (status, serde_json::from_str(&answer).unwrap_or_default())
}

#[test]
fn a_link_leads_into_a_party_that_talks_among_itself_and_outlives_a_restart() {
    let folder = Folder::new("party");
    let start = || {
        TestServer::start(|config: &mut Config| config.data_dir = Some(folder.path().to_owned()))
    };
    let server = start();
    let mut ada = Talker::new(server.address, "Ada", Some(1));
    let mut bo = Talker::new(server.address, "Bo", Some(2));
    let mut eve = Talker::new(server.address, "Eve", Some(3));
    let mut guest = Talker::new(server.address, "Guest", None);

    assert_eq!(refused(wish(&mut guest, PartyWish::Open)), RefusalReason::NoAccount);
    assert!(matches!(
        wish(&mut ada, PartyWish::Look),
        Outcome::Done(Done::Party { link: None, .. })
    ));
    let (own, link) = in_party(wish(&mut ada, PartyWish::Open));
    assert_eq!(in_party(wish(&mut ada, PartyWish::Open)), (own, link), "it is in one already");
    ada.until("the board", |it| it.members.iter().any(|member| member.room.is_some()));
    let (status, found) = look_up(&server, &link.to_text());
    assert_eq!((status, &found["leader"], &found["members"]), (200, &json!("Ada"), &json!(1)));
    assert_eq!((&found["room"], &found["members_max"]), (&json!("frontier"), &json!(8)));
    assert_eq!(look_up(&server, "AAAAAAAAAAAAAAAAAAAAAA").0, 404);
    assert_eq!(look_up(&server, "AAAA").0, 400);

    let stranger = PartyWish::Join(PartySecret([7; 16]));
    assert_eq!(refused(wish(&mut bo, stranger)), RefusalReason::NoParty);
    in_party(wish(&mut bo, PartyWish::Join(link)));
    wait(&mut [&mut ada, &mut bo], "both boards", |them| {
        them.iter().all(|it| names(&it.members) == ["Ada", "Bo"])
    });
    let member = ada.members.iter().find(|member| member.name == "Bo").unwrap();
    let room = member.room.as_ref().expect("he plays");
    assert_eq!((room.id.as_str(), room.player, room.is_locked), ("frontier", bo.player(), false));
    assert!(!member.is_leader && room.ship.is_some());
    ada.until("the notice", |it| {
        has_notice(
            it,
            |event| matches!(event, NoticeEvent::PartyJoined { who } if who.name == "Bo"),
        )
    });

    // What is said there is read by both, each line once, and by nobody else.
    let said = bo.say_to(SayTo::Party, "left flank");
    assert!(matches!(bo.outcome(said), Outcome::Done(Done::Said { .. })));
    let said = eve.say_to(SayTo::Party, "let me in");
    assert_eq!(refused(eve.outcome(said)), RefusalReason::NoParty);
    let history = HubBody::History { of: LinesOf::Party, before: LineId(u64::MAX) };
    let asked = eve.ask(history.clone());
    assert_eq!(refused(eve.outcome(asked)), RefusalReason::NoParty);
    eve.say("hello all");
    wait(&mut [&mut ada, &mut bo, &mut eve], "the lines", |them| {
        let party = |it: &Talker| texts(&it.party_lines) == ["left flank"];
        party(them[0]) && party(them[1]) && them.iter().all(|it| texts(&it.lines) == ["hello all"])
    });
    assert!(eve.party_lines.is_empty() && eve.members.is_empty());

    // A lost connection: what was said meanwhile comes once.
    bo.lose();
    let said = ada.say_to(SayTo::Party, "where are you");
    ada.outcome(said);
    ada.until("Bo off-line", |it| {
        it.members.iter().any(|member| member.name == "Bo" && member.room.is_none())
    });
    bo.connect(server.address);
    bo.until("the line", |it| texts(&it.party_lines) == ["left flank", "where are you"]);

    // A restart: the party is there again, with its link and its history.
    drop((ada, bo, eve, guest));
    drop(server);
    let deadline = std::time::Instant::now() + PATIENCE;
    while DataDir::open(folder.path()).is_err() {
        assert!(std::time::Instant::now() < deadline, "the folder is free");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let server = start();
    let mut ada = Talker::new(server.address, "Ada", Some(1));
    assert_eq!(in_party(wish(&mut ada, PartyWish::Look)), (own, link));
    ada.until("both members", |it| names(&it.members) == ["Ada", "Bo"]);
    ada.until("what was said", |it| texts(&it.party_lines) == ["left flank", "where are you"]);
    let asked = ada.ask(history);
    match ada.outcome(asked) {
        Outcome::Done(Done::History { lines, is_start: true }) => assert_eq!(lines.len(), 2),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_leader_invites_removes_and_moves_on_and_each_refusal_has_its_name() {
    let server = TestServer::start(|config: &mut Config| {
        let other = RoomConfig { id: "other".into(), ..config.rooms[0].clone() };
        config.rooms.push(other);
    });
    let mut ada = Talker::new(server.address, "Ada", Some(1));
    let mut bo = Talker::new(server.address, "Bo", Some(2));
    let mut cy = Talker::new(server.address, "Cy", Some(3));
    let account = |talker: &mut Talker| match wish(talker, PartyWish::Look) {
        Outcome::Done(Done::Party { own, link: None }) => own,
        other => panic!("{other:?}"),
    };
    let (ada_tag, bo_tag, cy_tag) = (account(&mut ada), account(&mut bo), account(&mut cy));
    assert_eq!(refused(wish(&mut bo, PartyWish::Leave)), RefusalReason::NoParty);
    assert_eq!(refused(wish(&mut bo, PartyWish::Renew)), RefusalReason::NoParty);
    let answer = |by, is_accepted| PartyWish::Answer { by, is_accepted };
    assert_eq!(refused(wish(&mut bo, answer(ada_tag, true))), RefusalReason::NoInvitation);
    let unknown = PartyWish::Invite(Whom::Name("Nobody".into()));
    assert_eq!(refused(wish(&mut ada, unknown)), RefusalReason::NoSuchPlayer);
    let own = PartyWish::Invite(Whom::Account(ada_tag));
    assert_eq!(refused(wish(&mut ada, own)), RefusalReason::Yourself);

    // An invitation makes a party, and is told; no answer but the invited one's counts.
    for talker in [("Bo", &mut bo), ("Cy", &mut cy)] {
        let invite = PartyWish::Invite(Whom::Name(talker.0.into()));
        let outcome = wish(&mut ada, invite);
        assert!(
            matches!(&outcome, Outcome::Done(Done::PartyAsked { whom }) if whom.name == talker.0),
            "{outcome:?}"
        );
        talker.1.until("the invitation", |it| {
            has_notice(
                it,
                |event| matches!(event, NoticeEvent::PartyAsked { who } if who.account == ada_tag),
            )
        });
    }
    assert!(matches!(
        wish(&mut cy, answer(ada_tag, false)),
        Outcome::Done(Done::Party { link: None, .. })
    ));
    assert_eq!(refused(wish(&mut cy, answer(ada_tag, true))), RefusalReason::NoInvitation);
    let (_, link) = in_party(wish(&mut bo, answer(ada_tag, true)));
    assert_eq!(refused(wish(&mut bo, PartyWish::Remove(ada_tag))), RefusalReason::NotLeader);
    assert_eq!(refused(wish(&mut ada, PartyWish::Remove(cy_tag))), RefusalReason::NoSuchPlayer);
    in_party(wish(&mut cy, PartyWish::Join(link)));

    // Whoever is taken out is told, reads nothing more, and the link that he knows is worth nothing.
    let said = cy.say_to(SayTo::Party, "hi");
    cy.outcome(said);
    let (_, renewed) = in_party(wish(&mut ada, PartyWish::Remove(cy_tag)));
    assert_ne!(renewed, link);
    cy.until("the removal", |it| {
        has_notice(
            it,
            |event| matches!(event, NoticeEvent::PartyRemoved { who } if who.name == "Ada"),
        ) && it.members.is_empty()
    });
    assert_eq!(refused(wish(&mut cy, PartyWish::Join(link))), RefusalReason::NoParty);
    let said = ada.say_to(SayTo::Party, "just us");
    ada.outcome(said);
    let said = cy.say("to all");
    cy.outcome(said);
    bo.until("the line", |it| texts(&it.party_lines).contains(&"just us"));
    assert!(!texts(&cy.party_lines).contains(&"just us"));

    // A member elsewhere is shown there; who leads and leaves hands the party on.
    let mut away = Talker::in_room(server.address, "Ada", Some(1), "other");
    // Numbers of its own: what is asked again by the same number has its effect once.
    away.nonce += 1_000;
    ada.lose();
    wait(&mut [&mut away, &mut bo], "Ada in the other room", |them| {
        let in_other = |member: &PartyMember| {
            member.is_leader && member.room.as_ref().is_some_and(|room| room.id == "other")
        };
        them[1].members.iter().any(in_other)
    });
    let left = away.ask(HubBody::Party(PartyWish::Leave));
    wait(&mut [&mut away, &mut bo], "a new leader", |them| {
        let members = &them[1].members;
        names(members) == ["Bo"] && members[0].is_leader && members[0].account == bo_tag
    });
    let out = Outcome::Done(Done::Party { own: ada_tag, link: None });
    assert_eq!(away.outcome(left), out);
    in_party(wish(&mut bo, PartyWish::Renew));
    let refusals = server.get("/metrics");
    for reason in ["no_party", "not_leader", "no_invitation"] {
        let series = format!("driftfield_rejected_messages_total{{reason=\"request_{reason}\"}}");
        assert!(refusals.contains(&series), "{series}");
    }
    assert!(server.metric("driftfield_party_joins_total") >= 3.0);
}
