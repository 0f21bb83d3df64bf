//! Connections that a room refuses or closes, each with its reason.

use driftfield_shared::protocol::{
    CONTENT_FROM_SERVER, ClientControl, CloseReason, Hello, InputMessage, encode_client_control,
};
use driftfield_shared::units::{Controls, Tick, ViewLag};

use super::Table;
use crate::hub::Arrival;
use crate::net::connection::{LinkEnd, LocalLink};
use crate::room::Entry;
use crate::store::tests::in_memory;
use crate::store::tests::rig::wait_until;
use crate::store::{AccountId, Batch, Record, Sanction, SanctionKind, SanctionTarget};

#[test]
fn other_versions_and_other_content_are_refused_by_name() {
    let hello = Hello {
        content_hash: 0x0bad,
        name: "Eve".into(),
        token: None,
        ticket: None,
        is_bot: false,
        wants_checks: false,
    };
    let cases = [
        (Entry::WrongVersion, CloseReason::WrongVersion),
        (Entry::Hello { hello, account: None, arrival: Arrival::Empty }, CloseReason::WrongContent),
        (Entry::TicketExpired, CloseReason::TicketExpired),
        (Entry::NotInvited, CloseReason::NotInvited),
    ];
    for (entry, reason) in cases {
        let mut table = Table::new(4);
        let link = table.admit(entry);
        table.run(1, &mut []);
        assert_eq!(link.try_receive().unwrap_err(), LinkEnd::Closed(reason));
    }
}

#[test]
fn a_client_without_content_of_its_own_is_let_in() {
    let hello = Hello {
        content_hash: CONTENT_FROM_SERVER,
        name: "Eve".into(),
        token: None,
        ticket: None,
        is_bot: true,
        wants_checks: false,
    };
    let mut table = Table::new(4);
    let link = table.admit(Entry::Hello { hello, account: None, arrival: Arrival::Empty });
    table.run(1, &mut []);
    assert!(link.try_receive().unwrap().is_some());
    assert_eq!(table.room.seat_count(), (0, 1));
}

#[test]
fn garbage_is_refused_by_name() {
    for bytes in [vec![], vec![0xff; 7], vec![2, 9]] {
        let mut table = Table::new(4);
        let mut ada = table.invite("Ada", None);
        table.run(3, &mut [&mut ada]);
        ada.link.try_send(bytes).unwrap();
        table.run(2, &mut [&mut ada]);
        assert_eq!(ada.end, Some(LinkEnd::Closed(CloseReason::Malformed)));
    }
}

#[test]
fn who_says_hello_and_nothing_more_is_cut_in_time() {
    let mut table = Table::new(4);
    let eve = table.invite("Eve", None);
    let seconds = driftfield_shared::limits::STALL_SECONDS_MAX;
    table.run(1, &mut []);
    // What comes to it is taken, so that only its silence counts.
    let take = |ticks: f32, table: &mut Table| {
        for _ in 0..ticks as u32 {
            table.run(1, &mut []);
            while let Ok(Some(_)) = eve.link.try_receive() {}
        }
        eve.link.try_receive().err()
    };
    assert_eq!(take(seconds * 30.0, &mut table), None);
    let end = take(5.0, &mut table);
    assert_eq!(end, Some(LinkEnd::Closed(CloseReason::TooSlow)));
}

#[test]
fn an_acknowledgement_of_a_snapshot_that_was_not_sent_is_malformed() {
    for ahead in [1, 5, 0x7000] {
        for is_alone in [true, false] {
            let mut table = Table::new(4);
            let mut ada = table.invite("Ada", None);
            table.run(30, &mut [&mut ada]);
            let ack = ada.client.frame().unwrap().tick.plus(ahead);
            let bytes = match is_alone {
                true => encode_client_control(&ClientControl::Acknowledge(ack)),
                false => {
                    let view_lag = ViewLag::default();
                    InputMessage::new(ack.next(), ack, view_lag, Controls::default()).encode()
                }
            };
            ada.link.try_send(bytes).unwrap();
            table.run(1, &mut []);
            while let Ok(Some(_)) = ada.link.try_receive() {}
            let end = ada.link.try_receive().err();
            assert_eq!(end, Some(LinkEnd::Closed(CloseReason::Malformed)), "{ahead} ahead");
        }
    }
}

#[test]
fn a_client_that_takes_nothing_is_too_slow_whatever_it_acknowledges() {
    let mut table = Table::new(4);
    let eve = table.invite("Eve", None);
    table.run(1, &mut []);
    assert_eq!(table.room.seat_count(), (1, 0));
    let gone = (1..600).find(|tick| {
        // She reads nothing, and claims to have seen what she can guess was sent: a snapshot in each of the first ticks.
        let seen = Tick(*tick.min(&6));
        let _ = eve.link.try_send(encode_client_control(&ClientControl::Acknowledge(seen)));
        table.run(1, &mut []);
        // She never played, so nobody keeps her seat.
        table.room.seat_count() == (0, 0)
    });
    let gone = gone.unwrap();
    assert!((300..=330).contains(&gone), "after {gone} ticks");
    while let Ok(Some(_)) = eve.link.try_receive() {}
    assert_eq!(eve.link.try_receive().err(), Some(LinkEnd::Closed(CloseReason::TooSlow)));
}

#[test]
fn who_is_banned_is_shown_out_and_not_let_in_again() {
    let store = in_memory();
    let mut table = Table::with_store(4, Some(store.handle()));
    let hello = |name: &str| Hello {
        content_hash: CONTENT_FROM_SERVER,
        name: name.into(),
        token: None,
        ticket: None,
        is_bot: false,
        wants_checks: false,
    };
    let [ada, eve] = [AccountId(1), AccountId(2)];
    let entry = |name, account| Entry::Hello {
        hello: hello(name),
        account: Some(account),
        arrival: Arrival::Empty,
    };
    let (stays, goes) = (table.admit(entry("Ada", ada)), table.admit(entry("Eve", eve)));
    table.run(2, &mut []);
    let ban = Sanction {
        kind: SanctionKind::Ban,
        target: SanctionTarget::Account(eve),
        reason: "ramming".into(),
        made_by: "host".into(),
        made: 0,
        ends: None,
    };
    let (handle, before) = (store.handle(), store.handle().sanctions().version());
    handle.submit(Batch::of(Record::Sanction(ban))).unwrap();
    wait_until("it is in force", || handle.sanctions().version() > before);
    table.run(1, &mut []);
    let end_of = |link: &LocalLink| {
        while let Ok(Some(_)) = link.try_receive() {}
        link.try_receive().err()
    };
    let banned = Some(LinkEnd::Closed(CloseReason::Banned));
    assert_eq!((end_of(&stays), end_of(&goes)), (None, banned));
    assert_eq!(table.room.seat_count(), (1, 0));
    let again = table.admit(entry("Eve", eve));
    table.run(1, &mut []);
    assert_eq!((end_of(&again), table.room.seat_count()), (banned, (1, 0)));
}
