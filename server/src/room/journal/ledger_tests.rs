//! The ledger has what a room has, whatever becomes of the room.

use std::sync::Arc;
use std::time::Duration;

use driftfield_shared::content::Content;
use driftfield_shared::protocol::{Request, RequestBody, RequestId, Token};
use driftfield_shared::sim::{Item, Rng, Rules};
use driftfield_shared::units::{Credits, PlayerId, Thrust, Tick};

use super::open::{go_on_from, open, open_anew};
use super::recorder::Recorder;
use super::recovery::recover_by;
use super::tests::{ROOM, Run};
use crate::metrics::Metrics;
use crate::room::schedule::scheduled_room::tests::settings;
use crate::room::state::{InputCommand, Join, Purse, RoomCommand, RoomState, TokenHash};
use crate::room::{RoomSettings, workers::worker_pool::Cores};
use crate::store::tests::rig::Rig;
use crate::store::{
    AccountChange, AccountId, AccountKind, Asset, Batch, Booking, Party, SecretHash, StoreHandle,
};

/// Players of whom every other has an account fly into the rocks and shoot, as in the golden run.
fn mine(recorder: &mut Recorder, ticks: u32) {
    const PLAYERS: u16 = 16;
    let mut rng = Rng::new(2);
    for n in 0..PLAYERS {
        let account = n.is_multiple_of(2).then(|| AccountId(n.into()));
        let token = TokenHash::from(&Token([n as u8; 16]));
        let (name, is_bot, is_house_bot, holder) = (format!("{n}"), false, false, None);
        let join = Join { name, is_bot, is_house_bot, account, token, holder, purse: None };
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
    let (world, content) = (state.world(), Content::built_in().unwrap());
    let has = |party: Party, asset: &Asset| store.balance(&party, asset).unwrap();
    let (mut mined, mut sold) = (0, 0);
    for ore in &content.ores {
        // A room's content may have fewer.
        let index = world.rules().content.ores.iter().position(|known| known.id == ore.id);
        let asset = Asset::Ore(ore.id.as_str().into());
        let accounts: i64 = (0..16).map(|n| has(Party::Hold(AccountId(n)), &asset)).sum();
        let held = |hold: &[u16]| index.map_or(0, |index| i64::from(hold[index]));
        let held: i64 = world.ships().values().map(|ship| held(&ship.hold)).sum();
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
fn with_a_new_world_cargo_is_lost_in_the_ledger_too_and_nothing_else() {
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
    assert_eq!(go_on(again, &rig.handle()), all);
    // And one that is begun anew because the last one has failed too often.
    let mut again = open_anew(&settings);
    mine(&mut again, 3_000);
    let before = go_on(again, &rig.handle());
    assert_eq!(go_on(open_anew(&settings), &rig.handle()), before);
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

#[test]
fn what_an_account_buys_is_in_the_ledger_and_comes_along_to_the_next_seat() {
    let rig = Rig::new("ledger-purse");
    let (settings, handle, ada) = (mining(&rig), rig.handle(), AccountId(3));
    let secret = SecretHash([3; 32]);
    let create = AccountChange::Create { id: ada, secret, kind: AccountKind::Person, at: 1 };
    let mut earned = Booking::new(ROOM.into(), Tick(0), "sold");
    earned.pay(Party::Source("station"), Party::Player(ada), Credits(1_000));
    let mut batch = Batch::of(create);
    batch.push(earned);
    rig.wait_durable(handle.submit(batch).unwrap());
    let join = |recorder: &mut Recorder, n: u8| {
        let purse = Purse::from(handle.purse(ada).unwrap());
        let (name, is_bot, is_house_bot, holder) = ("Ada".to_owned(), false, false, None);
        let (account, token) = (Some(ada), TokenHash::from(&Token([n; 16])));
        let purse = Some(purse);
        let join = Join { name, is_bot, is_house_bot, account, token, holder, purse };
        assert!(recorder.execute(RoomCommand::Join(join)));
        recorder.step();
        recorder.state().players().last().unwrap().player
    };
    let mut run = Run::of(settings, handle.clone(), 5);
    let player = join(&mut run.recorder, 1);
    let rules = run.recorder.state().world().rules().clone();
    for (id, name, price) in [(1, "hull/mole", 700), (2, "hold/racks", 60), (3, "hull/ox", 2_200)] {
        let body = RequestBody::Outfit { item: rules.named(name).unwrap(), price: Credits(price) };
        let request = Request { id: RequestId(id), body };
        assert!(run.recorder.execute(RoomCommand::Request(player, request)));
        run.recorder.step();
    }
    assert!(run.recorder.execute(RoomCommand::Leave(player)));
    run.recorder.step();
    run.recorder.rest();
    run.recorder.wait_durable();
    let purse = handle.purse(ada).unwrap();
    assert_eq!(purse.credits, 240, "the ox was too dear");
    assert_eq!(purse.items, ["hold/racks", "hull/mole", "tool/drill"]);
    assert!(purse.fit.contains(&"hull/mole".to_owned()), "{:?}", purse.fit);
    let player = join(&mut run.recorder, 2);
    let world = run.recorder.state().world();
    let pilot = world.pilot(player).unwrap();
    assert_eq!((pilot.credits, Some(Item::Hull(pilot.hull))), (240, rules.named("hull/mole")));
    let ship = world.ships()[pilot.ship.unwrap()].state;
    assert_eq!(rules.hold(ship.hull, &ship.fit), 110, "with the racks");
    assert_eq!(handle.balance(&Party::Source("correction"), &Asset::Credits).unwrap(), 0);
}
