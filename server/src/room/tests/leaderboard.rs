//! The leaderboard, the ranks and the roster, as topics.

use driftfield_shared::netcode::{ClientEvent, RoomNews};

use super::{Guest, Table};

/// What a guest was told of the room.
fn news(guest: &Guest) -> impl Iterator<Item = &RoomNews> {
    guest.events.iter().filter_map(|event| match event {
        ClientEvent::News(news) => Some(news),
        _ => None,
    })
}

#[test]
fn everyone_is_told_the_own_place_and_the_leaderboard_has_the_best_and_no_other() {
    let mut table = Table::new(20);
    let mut guests: Vec<Guest> =
        (0..13).map(|i| table.invite(&format!("Guest {i}"), None)).collect();
    for _ in 0..100 {
        table.tick(&mut guests.iter_mut().collect::<Vec<_>>());
    }
    let mut places = Vec::new();
    let boards: Vec<_> = guests
        .iter()
        .map(|guest| {
            let standings: Vec<_> = news(guest)
                .filter_map(|news| match news {
                    RoomNews::Standing(standing) => Some(*standing),
                    _ => None,
                })
                .collect();
            places.push(standings.last().unwrap().place);
            assert!(standings.windows(2).all(|pair| pair[0] != pair[1]), "told only what is new");
            assert_eq!(guest.client.players().len(), 13);
            let board = news(guest).filter_map(|news| match news {
                RoomNews::Leaderboard(lines) => Some(lines.clone()),
                _ => None,
            });
            board.last().unwrap()
        })
        .collect();
    places.sort_unstable();
    assert_eq!(places, (1..=13).collect::<Vec<u32>>());
    assert!(boards.iter().all(|board| *board == boards[0] && board.len() == 10), "{boards:?}");
}

#[test]
fn no_ranking_is_missed_when_several_ticks_are_caught_up_at_once() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    table.run(89, &mut [&mut ada]);
    let mut bob = table.invite("Bob", None);
    let boards =
        |ada: &Guest| news(ada).filter(|news| matches!(news, RoomNews::Leaderboard(_))).count();
    assert_eq!(boards(&ada), 1);
    // The room wakes late: the tick in which players would be ranked is over.
    for _ in 0..3 {
        table.room.read_and_step(table.now());
    }
    table.run(1, &mut [&mut ada, &mut bob]);
    assert_eq!(boards(&ada), 2);
}

#[test]
fn whoever_comes_leaves_or_is_renamed_is_told_to_all() {
    let mut table = Table::new(4);
    let mut ada = table.invite("Ada", None);
    table.run(5, &mut [&mut ada]);
    let names = |guest: &Guest| -> Vec<String> {
        guest.client.players().iter().map(|info| info.name.clone()).collect()
    };
    assert_eq!(names(&ada), ["Ada"]);
    let mut bob = table.invite("ada", None);
    table.run(3, &mut [&mut ada, &mut bob]);
    assert_eq!(names(&ada), ["Ada", "ada 2"]);
    assert_eq!(names(&ada), names(&bob));
    bob.client.leave();
    table.run(3, &mut [&mut ada, &mut bob]);
    assert_eq!(names(&ada), ["Ada"]);
}
