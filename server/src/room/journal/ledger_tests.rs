//! The ledger has what a room has, whatever becomes of the room.

use std::sync::Arc;
use std::time::Duration;

use driftfield_shared::content::Content;
use driftfield_shared::protocol::Token;
use driftfield_shared::sim::{Rng, Rules};
use driftfield_shared::units::{PlayerId, Thrust, Tick};

use super::open::{go_on_from, open, open_anew};
use super::recorder::Recorder;
use super::recovery::recover_by;
use super::tests::{ROOM, Run};
use crate::metrics::Metrics;
use crate::room::schedule::scheduled_room::tests::settings;
use crate::room::state::{InputCommand, Join, RoomCommand, RoomState, TokenHash};
use crate::room::{RoomSettings, workers::worker_pool::Cores};
use crate::store::tests::rig::Rig;
use crate::store::{AccountId, Asset, Party, StoreHandle};

/// Players of whom every other has an account fly into the rocks and shoot, as in the golden run.
fn mine(recorder: &mut Recorder, ticks: u32) {
    const PLAYERS: u16 = 16;
    let mut rng = Rng::new(2);
    for n in 0..PLAYERS {
        let account = n.is_multiple_of(2).then(|| AccountId(n.into()));
        let token = TokenHash::from(&Token([n as u8; 16]));
        let (name, is_bot, is_house_bot, holder) = (format!("{n}"), false, false, None);
        let join = Join { name, is_bot, is_house_bot, account, token, holder };
        recorder.execute(RoomCommand::Join(join));
    }
    let mut inputs = vec![(InputCommand::default(), 0); PLAYERS.into()];
    for tick in 1..=ticks {
        for (n, (input, turn)) in inputs.iter_mut().enumerate() {
            let controls = &mut input.controls;
            if rng.below(30) == 0 {
                controls.thrust = Thrust::towards((rng.next_u32() >> 24) as u8);
                controls.boost = rng.below(3) == 0;
                controls.fire = rng.below(3) != 0;
                *turn = rng.below(161) as i16 - 80;
            }
            controls.aim = controls.aim.turned(*turn);
            recorder.execute(RoomCommand::Input(PlayerId(n as u16), *input));
        }
        if rng.below(500) == 0 {
            recorder.execute(RoomCommand::Leave(PlayerId(rng.below(16) as u16)));
        }
        recorder.step();
        // Far faster than a room plays: the journal must not get a gap by that.
        if tick.is_multiple_of(150) {
            recorder.rest();
            recorder.wait_durable();
        }
    }
}

#[test]
fn the_ledger_has_in_every_hold_and_purse_what_is_in_it() {
    let settings = RoomSettings { max_players: 16, ..settings(30) };
    let rules = Rules::new(Arc::new(Content::built_in().unwrap()), "frontier", "frontier", 30);
    let mut run = Run::with(RoomSettings { rules: Arc::new(rules.unwrap()), ..settings }, 5);
    mine(&mut run.recorder, 4_000);
    run.recorder.rest();
    run.recorder.wait_durable();
    let (mined, sold) = check_books(&run.handle, run.recorder.state());
    assert!(mined > 0 && sold > 0, "{mined} mined, {sold} sold");
}

/// Whether holds and purses are those of the ledger. Returns what was mined, and for how much it was sold.
fn check_books(store: &StoreHandle, state: &RoomState) -> (i64, i64) {
    let (world, ores) = (state.world(), &state.world().rules().content.ores);
    let has = |party: Party, asset: &Asset| store.balance(&party, asset).unwrap();
    let (mut mined, mut sold) = (0, 0);
    for (index, ore) in ores.iter().enumerate() {
        let asset = Asset::Ore(ore.id.as_str().into());
        let accounts: i64 = (0..16).map(|n| has(Party::Hold(AccountId(n)), &asset)).sum();
        let held: i64 = world.ships().values().map(|ship| i64::from(ship.hold[index])).sum();
        assert_eq!(accounts + has(Party::GuestHolds(ROOM.into()), &asset), held, "{}", ore.id);
        assert_eq!(has(Party::Source("correction"), &asset), 0);
        mined -= has(Party::Source("mine"), &asset);
        sold += has(Party::Sink("station"), &asset) * i64::from(ore.price);
    }
    assert_eq!(has(Party::Source("station"), &Asset::Credits), -sold);
    (mined, sold)
}

/// A room in which is mined, with its books in a file.
fn mining(rig: &Rig) -> RoomSettings {
    let rules = Rules::new(Arc::new(Content::built_in().unwrap()), "frontier", "frontier", 30);
    RoomSettings {
        id: ROOM.into(),
        max_players: 16,
        rules: Arc::new(rules.unwrap()),
        store: Some(rig.handle()),
        cores: Cores::new(0),
        ..settings(30)
    }
}

/// Whether its books are right after three more seconds. Returns as [`check_books`] does.
fn go_on(mut room: Recorder, store: &StoreHandle) -> (i64, i64) {
    for _ in 0..90 {
        room.step();
        room.take_events();
    }
    room.rest();
    room.wait_durable();
    check_books(store, room.state())
}

/// A room that mined for a hundred seconds, its settings, and what its books had at the end.
fn mined(name: &str) -> (Rig, RoomSettings, (i64, i64)) {
    let rig = Rig::new(name);
    let settings = mining(&rig);
    let mut run = Run::of(settings.clone(), rig.handle(), 5);
    mine(&mut run.recorder, 3_000);
    run.recorder.rest();
    run.recorder.wait_durable();
    let books = check_books(&run.handle, run.recorder.state());
    drop(run);
    (rig, settings, books)
}

/// Writes to the database behind the store's back.
fn forger(rig: &Rig) -> rusqlite::Connection {
    let forger = rusqlite::Connection::open(rig.folder.path().join("driftfield.sqlite3")).unwrap();
    forger.busy_timeout(Duration::from_secs(5)).unwrap();
    forger
}

#[test]
fn the_ledger_forgets_what_a_room_did_that_begins_with_a_new_world() {
    let (rig, settings, all) = mined("ledger-new-world");
    assert!(all.0 > 0);
    // Its saved world has an ore that the content of its settings has not.
    let mut content = Content::built_in().unwrap();
    content.ores.truncate(1);
    for sector in &mut content.sectors {
        sector.fields.iter_mut().for_each(|field| field.ores = vec![1.0]);
        sector.rocks.clear();
    }
    let rules = Rules::new(Arc::new(content), "frontier", "frontier", 30).unwrap();
    let other = RoomSettings { rules: Arc::new(rules), ..settings.clone() };
    let again = open(&other, &Metrics::new().room(ROOM));
    assert_eq!(again.state().world().tick(), Tick(0), "a new world");
    assert_eq!(go_on(again, &rig.handle()), (0, 0));
    // And one that is begun anew because the last one has failed too often.
    let mut again = open_anew(&settings);
    mine(&mut again, 3_000);
    assert!(go_on(again, &rig.handle()).0 > 0);
    assert_eq!(go_on(open_anew(&settings), &rig.handle()), (0, 0));
}

#[test]
fn the_ledger_has_what_comes_of_a_room_without_the_commands_that_are_set_aside() {
    let (rig, settings, all) = mined("ledger-set-aside");
    forger(&rig).execute("DELETE FROM checkpoints WHERE tick > 1000", ()).unwrap();
    let history = rig.handle().room_history(ROOM).unwrap();
    // Nobody leaves any more: whoever did had a hold that was lost, and goes on to mine.
    let recovered = recover_by(ROOM, &settings.rules, &history, |state, command| {
        assert!(!matches!(command, RoomCommand::Leave(_)), "a bug");
        state.apply(command)
    });
    let recovered = recovered.unwrap().unwrap();
    let first = recovered.set_aside[0].tick;
    let (alike_until, transfers) = (recovered.alike_until, recovered.transfers.len());
    assert!(alike_until < first && first.since(alike_until) <= 3, "the end of a chunk");
    assert!(transfers > 0);
    let again = go_on_from(recovered, &settings, &history);
    let others = go_on(again, &rig.handle());
    assert!(others != all && others.0 > 0, "{others:?} and {all:?}");
}

#[test]
fn the_ledger_goes_back_with_a_room_that_goes_on_from_an_earlier_state() {
    let (rig, settings, all) = mined("ledger-goes-back");
    // Everything after tick 2,000 is damaged, both of the last checkpoints too.
    forger(&rig)
        .execute_batch(
            "UPDATE journal SET bytes = zeroblob(9) WHERE last_tick > 2000; \
             UPDATE checkpoints SET bytes = zeroblob(9) WHERE tick > 2000;",
        )
        .unwrap();
    let metrics = Metrics::new().room(ROOM);
    let again = open(&settings, &metrics);
    let tick = again.state().world().tick();
    assert!((1_900..=2_000).contains(&tick.0), "{tick:?}");
    let back = go_on(again, &rig.handle());
    assert!(back.0 < all.0 && back.1 <= all.1, "{back:?} of {all:?}");
}
