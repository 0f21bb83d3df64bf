//! Seats: joining, coming back, leaving, and making room.

use driftfield_shared::netcode::{Client, ClientConfig, ClientEvent, RoomNews};
use driftfield_shared::protocol::{CloseReason, ServerControl};
use driftfield_shared::sim::NamedContent;

use super::{Guest, Table, heading};
use crate::net::connection::{Connection, LinkEnd};

#[test]
fn a_lost_connection_leaves_the_ship_and_the_token_takes_it_back() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    ada.client.set_controls(heading(4));
    table.run(30, &mut [&mut ada]);
    let (player, token) = (ada.client.welcome().unwrap().player, ada.token());
    drop(ada);
    table.run(20, &mut []);
    let mut again = table.invite("Ada", Some(token));
    table.run(5, &mut [&mut again]);
    let welcome = again.client.welcome().unwrap();
    assert!(welcome.resumed);
    assert_eq!(welcome.player, player);
    assert_ne!(welcome.token, token, "each token is good for one return");
    assert!(again.client.frame().unwrap().own_ship().is_some());
}

#[test]
fn a_house_bot_whose_connection_is_lost_leaves_no_seat_behind() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    let (connection, link) = Connection::of_house_bot();
    let mut client = Client::new(ClientConfig { name: "Bot".into(), ..ClientConfig::default() })
        .knowing(NamedContent::built_in().unwrap());
    table.room.admit(connection, client.connect(table.micros()).into());
    let mut bot = Guest { client, link, second: None, end: None, events: Vec::new() };
    // So long that both have played.
    table.run(60, &mut [&mut ada, &mut bot]);
    assert_eq!(table.room.seat_count(), (1, 1));
    drop(bot);
    table.run(5, &mut [&mut ada]);
    assert_eq!(table.room.seat_count(), (1, 0));
    drop(ada);
    table.run(5, &mut []);
    assert_eq!(table.room.seat_count(), (1, 0), "she may come back");
}

#[test]
fn after_the_grace_period_the_seat_is_free() {
    let mut table = Table::new(1);
    let mut ada = table.invite("Ada", None);
    table.run(5, &mut [&mut ada]);
    drop(ada);
    table.run(3, &mut []);
    let mut bob = table.invite("Bob", None);
    table.run(3, &mut [&mut bob]);
    assert_eq!(bob.end, Some(LinkEnd::Closed(CloseReason::RoomFull)));
    table.run(60, &mut []);
    let mut cid = table.invite("Cid", None);
    table.run(3, &mut [&mut cid]);
    assert!(cid.client.welcome().is_some());
}

#[test]
fn a_seat_flown_from_another_window_closes_the_first() {
    let mut table = Table::new(4);
    let mut first = table.invite("Ada", None);
    table.run(5, &mut [&mut first]);
    let mut second = table.invite("Ada", Some(first.token()));
    table.run(5, &mut [&mut first, &mut second]);
    assert_eq!(first.end, Some(LinkEnd::Closed(CloseReason::TakenOver)));
    assert!(second.client.welcome().unwrap().resumed);
}

#[test]
fn who_leaves_on_purpose_is_gone_at_once_for_all() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    let mut bob = table.invite("Bob", None);
    table.run(5, &mut [&mut ada, &mut bob]);
    let player = bob.client.welcome().unwrap().player;
    bob.client.leave();
    table.run(3, &mut [&mut ada, &mut bob]);
    assert_eq!(bob.end, Some(LinkEnd::Closed(CloseReason::Left)));
    let left = ClientEvent::News(RoomNews::PlayerLeft(player));
    assert!(ada.events.contains(&left));
    assert_eq!(ada.client.frame().unwrap().ships.len(), 1);
}

#[test]
fn who_joins_and_drops_again_and_again_from_one_address_keeps_nobody_out() {
    let mut table = Table::new(8);
    for n in 0..20 {
        let mut eve = table.invite_from([192, 0, 2, 66], &format!("Eve {n}"));
        // One command, and gone.
        table.run(3, &mut [&mut eve]);
        drop(eve);
        table.run(1, &mut []);
    }
    assert_eq!(table.room.seat_count(), (8, 0), "all seats are held by one address");
    let mut honest: Vec<Guest> =
        (1..8).map(|n| table.invite_from([192, 0, 2, n], &format!("Ada {n}"))).collect();
    table.run(3, &mut honest.iter_mut().collect::<Vec<_>>());
    let ends: Vec<_> = honest.iter().filter_map(|guest| guest.end).collect();
    assert!(
        ends.is_empty() && honest.iter().all(|guest| guest.client.welcome().is_some()),
        "{ends:?}"
    );
}

#[test]
fn an_idle_player_in_a_full_room_is_told_and_makes_room_for_who_waits() {
    let mut table = Table::new(1);
    let mut ada = table.invite("Ada", None);
    table.run(310 * 30, &mut [&mut ada]);
    assert_eq!(ada.end, None, "nobody waits");
    let mut bob = table.invite("Bob", None);
    table.run(3, &mut [&mut ada, &mut bob]);
    assert_eq!(bob.end, Some(LinkEnd::Closed(CloseReason::RoomFull)));
    let wanted = ClientEvent::Control(ServerControl::SeatWanted { seconds: 30 });
    assert!(ada.events.contains(&wanted));
    table.run(31 * 30, &mut [&mut ada]);
    assert_eq!(ada.end, Some(LinkEnd::Closed(CloseReason::Idle)));
    let mut bob = table.invite("Bob", None);
    table.run(3, &mut [&mut bob]);
    assert!(bob.client.welcome().is_some());
}
