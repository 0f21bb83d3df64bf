//! The ledger: what is booked, what is refused, and what the auditor finds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftfield_shared::protocol::AccountSecret;
use driftfield_shared::units::{Credits, Tick, Units};
use rusqlite::Connection;

use super::Folder;
use super::rig::{Rig, wait_until};
use crate::store::database::Database;
use crate::store::ledger::{Faults, faults};
use crate::store::{
    AccountChange, AccountId, AccountKind, Asset, Batch, Booking, Fence, Party, SecretHash,
    StoreHandle, audit,
};

const ADA: AccountId = AccountId(7);

fn booking(purpose: &'static str) -> Booking {
    Booking::new(Arc::from("room"), Tick(30), purpose)
}

/// Ada mines twelve units of iron and sells ten of them for thirty credits.
fn mine_and_sell(handle: &StoreHandle) -> crate::store::Submission {
    let mut mined = booking("mined");
    mined.carry(Arc::from("iron"), Party::Source("mine"), Party::Hold(ADA), Units(12));
    let mut sold = booking("sold");
    sold.carry(Arc::from("iron"), Party::Hold(ADA), Party::Sink("station"), Units(10));
    sold.pay(Party::Source("station"), Party::Player(ADA), Credits(30));
    let mut batch = Batch::of(mined);
    batch.push(sold);
    handle.submit(batch).unwrap()
}

fn balances(folder: &Folder) -> Vec<(String, String, i64)> {
    let reader = Database::in_folder(folder.path()).reader().unwrap();
    let mut select =
        reader.prepare("SELECT party, asset, amount FROM balances WHERE amount <> 0").unwrap();
    let rows = select.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn row(party: &str, asset: &str, amount: i64) -> (String, String, i64) {
    (party.to_owned(), asset.to_owned(), amount)
}

#[test]
fn what_is_mined_and_sold_is_booked_on_both_sides() {
    let rig = Rig::new("books");
    rig.wait_durable(mine_and_sell(&rig.handle()));
    let expected = [
        row("hold:0000000000000007", "ore:iron", 2),
        row("player:0000000000000007", "credits", 30),
        row("sink:station", "ore:iron", 10),
        row("source:mine", "ore:iron", -12),
        row("source:station", "credits", -30),
    ];
    assert_eq!(balances(&rig.folder), expected);
    let reader = Database::in_folder(rig.folder.path()).reader().unwrap();
    let right = Faults { last_booking: 2, ..Faults::default() };
    assert_eq!(faults(&reader, 0).unwrap(), right);
}

#[test]
fn nobody_but_a_source_can_give_what_it_does_not_have() {
    let rig = Rig::new("overdraft");
    let last = mine_and_sell(&rig.handle());
    rig.wait_durable(last);
    let before = balances(&rig.folder);
    let mut bought = booking("bought");
    bought.pay(Party::Player(ADA), Party::Sink("station"), Credits(31));
    let refused = rig.handle().submit(Batch::of(bought)).unwrap();
    rig.wait_durable(refused);
    assert_eq!(rig.handle().status().refused(), Some(refused));
    assert_eq!(balances(&rig.folder), before);
}

#[test]
fn what_has_happened_in_a_room_is_booked_though_the_ledger_lacks_some_of_it() {
    let rig = Rig::new("corrected");
    let mut lost = Booking::of_play(Arc::from("room"), 1, Tick(30), "lost");
    lost.carry(Arc::from("iron"), Party::Hold(ADA), Party::Sink("wreck"), Units(15));
    mine_and_sell(&rig.handle());
    rig.wait_durable(rig.handle().submit(Batch::of(lost)).unwrap());
    assert_eq!(rig.handle().status().refused(), None);
    let reader = Database::in_folder(rig.folder.path()).reader().unwrap();
    let found = faults(&reader, 0).unwrap();
    assert_eq!((found.balances, found.bookings, found.corrected), (0, 0, 13));
}

#[test]
fn transfers_that_cancel_each_other_are_no_booking() {
    let mut nothing = booking("to and fro");
    nothing.pay(Party::Player(ADA), Party::Player(AccountId(8)), Credits(5));
    nothing.pay(Party::Player(AccountId(8)), Party::Player(ADA), Credits(5));
    assert!(nothing.is_empty());
    nothing.pay(Party::Player(ADA), Party::Player(ADA), Credits(5));
    assert!(nothing.is_empty());
}

#[test]
fn an_account_that_is_deleted_leaves_nothing_that_is_nobodys() {
    let rig = Rig::new("deleted");
    let (handle, secret) = (rig.handle(), SecretHash::of(&AccountSecret([1; 16])));
    let create = AccountChange::Create { id: ADA, secret, kind: AccountKind::Person, at: 0 };
    handle.submit(Batch::of(create)).unwrap();
    mine_and_sell(&handle);
    rig.wait_durable(handle.submit(Batch::of(AccountChange::Delete { secret })).unwrap());
    assert_eq!(handle.status().refused(), None);
    let expected = [
        row("sink:deleted", "credits", 30),
        row("sink:deleted", "ore:iron", 2),
        row("sink:station", "ore:iron", 10),
        row("source:mine", "ore:iron", -12),
        row("source:station", "credits", -30),
    ];
    assert_eq!(balances(&rig.folder), expected);
}

#[test]
fn the_auditor_finds_within_seconds_what_came_from_nowhere() {
    let rig = Rig::new("auditor");
    rig.wait_durable(mine_and_sell(&rig.handle()));
    let shows = |imbalance: &str| {
        let line = format!("driftfield_ledger_imbalance {imbalance}\n");
        wait_until(&line, || rig.metrics.exposition().contains(&line));
    };
    shows("0");
    let forger = Connection::open(rig.folder.path().join("driftfield.sqlite3")).unwrap();
    forger.busy_timeout(Duration::from_secs(5)).unwrap();
    let begun = Instant::now();
    forger
        .execute("UPDATE balances SET amount = 1030 WHERE asset = 'credits' AND amount = 30", ())
        .unwrap();
    shows("1000");
    assert!(begun.elapsed() < Duration::from_secs(10));
    forger.execute("UPDATE balances SET amount = 30 WHERE amount = 1030", ()).unwrap();
    shows("0");
    forger
        .execute_batch(
            "INSERT INTO bookings (id, at, room, tick, purpose) VALUES (99, 0, 'room', 1, 'forged'); \
             INSERT INTO entries VALUES (99, 'credits', 'player:8', 5);",
        )
        .unwrap();
    shows("5");
}

#[test]
fn what_a_room_did_after_the_state_that_it_goes_on_from_is_taken_back_once_and_the_audit_log_says_so()
 {
    let rig = Rig::new("fence");
    let room: Arc<str> = Arc::from("room");
    let play = |run, tick, units: u32| {
        let mut booking = Booking::of_play(room.clone(), run, Tick(tick), "mined");
        booking.carry(Arc::from("iron"), Party::Source("mine"), Party::Hold(ADA), Units(units));
        rig.wait_durable(rig.handle().submit(Batch::of(booking)).unwrap());
    };
    let has = || rig.handle().balance(&Party::Hold(ADA), &Asset::Ore("iron".into())).unwrap();
    let goes_on = |run, tick, next_run| {
        let fence = Fence { room: room.clone(), run, tick: Tick(tick), next_run };
        rig.wait_durable(rig.handle().submit(Batch::of(fence)).unwrap());
    };
    play(1, 10, 1);
    play(1, 20, 2);
    play(1, 30, 4);
    goes_on(1, 20, 2);
    assert_eq!(has(), 3);
    play(2, 25, 8);
    goes_on(2, 25, 3);
    assert_eq!(has(), 11, "it lost nothing");
    play(3, 30, 16);
    // Its newest two runs are damaged.
    goes_on(1, 10, 4);
    assert_eq!(has(), 1, "what was taken back is not taken back again");
    goes_on(1, 10, 5);
    assert_eq!(has(), 1);
    assert_eq!(rig.handle().status().refused(), None);
    let log = audit(rig.folder.path(), 10).unwrap();
    let says: Vec<&str> = log.iter().map(|line| line.detail.split(':').next().unwrap()).collect();
    assert_eq!(says, ["1 bookings after tick 20 of run 1", "3 bookings after tick 10 of run 1"]);
    let reader = Database::in_folder(rig.folder.path()).reader().unwrap();
    let found = faults(&reader, 0).unwrap();
    assert_eq!((found.balances, found.bookings, found.corrected), (0, 0, 0));
}

#[test]
fn with_a_new_world_cargo_is_lost_and_what_was_earned_stays() {
    let rig = Rig::new("fence-new-world");
    let (room, other): (Arc<str>, Arc<str>) = (Arc::from("room"), Arc::from("other"));
    let play = |room: &Arc<str>, run, tick| {
        let mut booking = Booking::of_play(room.clone(), run, Tick(tick), "mined");
        for hold in [Party::Hold(ADA), Party::Hold(AccountId(8))] {
            booking.carry(Arc::from("iron"), Party::Source("mine"), hold, Units(3));
        }
        rig.wait_durable(rig.handle().submit(Batch::of(booking)).unwrap());
    };
    play(&room, 1, 0);
    play(&room, 2, 50);
    play(&other, 1, 10);
    let mut sold = Booking::of_play(room.clone(), 2, Tick(51), "sold");
    sold.carry(Arc::from("iron"), Party::Hold(ADA), Party::Sink("station"), Units(2));
    sold.pay(Party::Source("station"), Party::Player(ADA), Credits(8));
    rig.wait_durable(rig.handle().submit(Batch::of(sold)).unwrap());
    let fence = Fence { room: room.clone(), run: 0, tick: Tick(0), next_run: 3 };
    let mut batch = Batch::of(fence);
    // What it does in its new world stands.
    let mut anew = Booking::of_play(room.clone(), 3, Tick(1), "mined");
    anew.carry(Arc::from("iron"), Party::Source("mine"), Party::Hold(ADA), Units(1));
    batch.push(anew);
    rig.wait_durable(rig.handle().submit(batch).unwrap());
    let iron = Asset::Ore("iron".into());
    let has = |party: Party, asset: &Asset| rig.handle().balance(&party, asset).unwrap();
    assert_eq!(has(Party::Hold(ADA), &iron), 3 + 1);
    assert_eq!(has(Party::Hold(AccountId(8)), &iron), 3);
    assert_eq!(has(Party::Sink("wreck"), &iron), 4 + 6);
    assert_eq!(has(Party::Player(ADA), &Asset::Credits), 8);
    let log = audit(rig.folder.path(), 10).unwrap();
    assert_eq!(log.len(), 1);
    assert!(log[0].detail.starts_with("the cargo of 2 holds: run 3 has a new world"));
    let reader = Database::in_folder(rig.folder.path()).reader().unwrap();
    let found = faults(&reader, 0).unwrap();
    assert_eq!((found.balances, found.bookings, found.corrected), (0, 0, 0));
}

#[test]
fn what_is_taken_back_and_was_spent_elsewhere_meanwhile_comes_from_a_correction() {
    let rig = Rig::new("fence-spent");
    let room: Arc<str> = Arc::from("room");
    let mut earned = Booking::of_play(room.clone(), 1, Tick(30), "sold");
    earned.pay(Party::Source("station"), Party::Player(ADA), Credits(30));
    let mut spent = Booking::new(Arc::from("elsewhere"), Tick(1), "bought");
    spent.pay(Party::Player(ADA), Party::Sink("station"), Credits(20));
    let mut batch = Batch::of(earned);
    batch.push(spent);
    batch.push(Fence { room, run: 1, tick: Tick(10), next_run: 2 });
    rig.wait_durable(rig.handle().submit(batch).unwrap());
    assert_eq!(rig.handle().status().refused(), None);
    assert_eq!(rig.handle().balance(&Party::Player(ADA), &Asset::Credits).unwrap(), 0);
    let reader = Database::in_folder(rig.folder.path()).reader().unwrap();
    let found = faults(&reader, 0).unwrap();
    assert_eq!((found.balances, found.bookings, found.corrected), (0, 0, 20));
}
