//! Requests: executed once, answered when that is durable, and refused by name.

use driftfield_shared::limits::REPLIES_KEPT;
use driftfield_shared::netcode::{ClientEvent, RoomNews};
use driftfield_shared::protocol::{
    ClientControl, Done, Outcome, RefusalReason, Reply, Request, RequestBody, RequestId,
    ServerControl, encode_client_control,
};

use super::{Guest, Table};
use crate::store::tests::in_memory;

fn rename(name: &str) -> RequestBody {
    RequestBody::Rename { name: name.into() }
}

fn renamed(name: &str) -> Outcome {
    Outcome::Done(Done::Renamed { name: name.into() })
}

/// The replies that a guest was given.
fn replies(guest: &Guest) -> Vec<(u32, Outcome)> {
    let reply = |event: &ClientEvent| match event {
        ClientEvent::Control(ServerControl::Reply(reply)) => {
            Some((reply.id.0, reply.outcome.clone()))
        }
        _ => None,
    };
    guest.events.iter().filter_map(reply).collect()
}

/// The names that a guest saw somebody take.
fn names_seen(guest: &Guest) -> Vec<String> {
    let name = |event: &ClientEvent| match event {
        ClientEvent::News(RoomNews::Player(info)) => Some(info.name.clone()),
        _ => None,
    };
    guest.events.iter().filter_map(name).collect()
}

#[test]
fn a_new_name_is_cleaned_up_and_told_to_all() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    let mut bob = table.invite("Bob", None);
    table.run(5, &mut [&mut ada, &mut bob]);
    assert_eq!(bob.client.request(rename(" A\u{200b}da ")).map(|id| id.0), Some(1));
    table.run(5, &mut [&mut ada, &mut bob]);
    assert_eq!(replies(&bob), [(1, renamed("Ada 2"))]);
    assert_eq!(names_seen(&ada), ["Ada", "Bob", "Ada 2"]);
    bob.client.request(rename("\u{200b}"));
    table.run(5, &mut [&mut ada, &mut bob]);
    assert_eq!(replies(&bob)[1], (2, Outcome::Refused(RefusalReason::NoName)));
    // Nobody's name is taken for oneself.
    bob.client.request(rename("ada 2"));
    table.run(5, &mut [&mut ada, &mut bob]);
    assert_eq!(replies(&bob)[2], (3, renamed("ada 2")));
}

#[test]
fn a_request_that_is_sent_again_over_a_new_connection_has_its_effect_once_and_the_same_reply() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    let mut bob = table.invite("Bob", None);
    table.run(60, &mut [&mut ada, &mut bob]);
    for name in ["Cy", "Dee"] {
        bob.client.request(rename(name)).unwrap();
    }
    // They arrive; what the room says to it does not.
    while let Some(bytes) = bob.client.poll_transmit() {
        bob.link.try_send(bytes).unwrap();
    }
    table.run(3, &mut [&mut ada]);
    assert_eq!(replies(&bob), []);
    bob.link = table.admit(bob.client.connect(table.micros()).into());
    table.run(5, &mut [&mut ada, &mut bob]);
    let welcome = bob.client.welcome().unwrap();
    assert_eq!((welcome.resumed, welcome.newest_request), (true, RequestId(2)));
    assert_eq!(replies(&bob), [(1, renamed("Cy")), (2, renamed("Dee"))]);
    // Had they been executed again, she would have been Cy once more, or was.
    assert_eq!(*names_seen(&ada).last().unwrap(), "Dee");
    assert!(names_seen(&ada).iter().filter(|name| *name == "Cy").count() <= 1);
    assert_eq!(names_seen(&ada).iter().filter(|name| *name == "Dee").count(), 1);
    bob.client.request(rename("Eve")).unwrap();
    table.run(5, &mut [&mut ada, &mut bob]);
    assert_eq!(replies(&bob)[2..], [(3, renamed("Eve"))]);
}

#[test]
fn a_reply_leaves_only_when_what_it_confirms_is_durable() {
    let store = in_memory();
    let mut table = Table::with_store(4, Some(store.handle()));
    let mut ada = table.invite("Ada", None);
    table.run(5, &mut [&mut ada]);
    ada.client.request(rename("Cy")).unwrap();
    let mut executed_at = None;
    while replies(&ada).is_empty() {
        table.run(1, &mut [&mut ada]);
        let now = table.room.tick();
        let newest = table.room.state().players().next().unwrap().name == "Cy";
        if newest {
            executed_at.get_or_insert(now);
        }
        if !replies(&ada).is_empty() {
            assert!(table.room.durable() >= executed_at.unwrap(), "{executed_at:?}");
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert_eq!(replies(&ada), [(1, renamed("Cy"))]);
    assert!(table.room.tick() > executed_at.unwrap(), "the store takes longer than no time");

    // A crash: the room comes back from its journal, and with it what was answered.
    drop(table);
    let mut again = Table::with_store(4, Some(store.handle()));
    ada.link = again.admit(ada.client.connect(again.micros()).into());
    again.run(3, &mut [&mut ada]);
    assert_eq!(ada.client.welcome().unwrap().newest_request, RequestId(1));
    assert_eq!(again.room.state().players().next().unwrap().name, "Cy");
}

#[test]
fn a_flood_of_requests_is_refused_by_name_and_nobody_is_cut_for_it() {
    let mut table = Table::new(4);
    let mut eve = table.invite("Eve", None);
    table.run(5, &mut [&mut eve]);
    // Not by her netcode, which would not send so many.
    let mut id = 0;
    let mut ask = |eve: &mut Guest| {
        for _ in 0..8 {
            id += 1;
            let request = Request { id: RequestId(id), body: rename(&format!("Eve {id}")) };
            let control = ClientControl::Request(request);
            eve.link.try_send(encode_client_control(&control)).unwrap();
        }
    };
    let mut refused = 0;
    for _ in 0..90 {
        ask(&mut eve);
        table.room.read_and_step(table.now());
        table.room.write(table.now());
        let mut waiting = 0;
        while let Ok(Some(bytes)) = eve.link.try_receive() {
            waiting += 1;
            if let Ok(driftfield_shared::protocol::ServerMessage::Control(ServerControl::Reply(
                Reply { outcome: Outcome::Refused(RefusalReason::TooOften { seconds }), .. },
            ))) = driftfield_shared::protocol::decode_server(&bytes)
            {
                assert!((1..=10).contains(&seconds));
                refused += 1;
            }
            let _ = eve.client.handle_message(table.micros(), &bytes);
        }
        assert!(waiting <= REPLIES_KEPT + 8, "{waiting} messages in a tick");
        table.act(&mut eve);
        while let Some(bytes) = eve.client.poll_transmit() {
            eve.link.try_send(bytes).unwrap();
        }
        table.ticks += 1;
    }
    assert!(refused > 600, "{refused}");
    assert_eq!(table.room.seat_count(), (1, 0));
    let rejected = table.room.metrics().rejected("request_too_often");
    assert_eq!(rejected, refused);
}
