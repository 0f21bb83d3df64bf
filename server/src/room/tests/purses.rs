//! An account goes from one room to another, over rooms on their own threads.

use std::time::Duration;

use driftfield_shared::netcode::{Client, ClientConfig};
use driftfield_shared::sim::NamedContent;
use driftfield_shared::units::{Credits, Tick};

use crate::hub::{Arrival, Directory, Purses};
use crate::metrics::Metrics;
use crate::net::connection::{Connection, LocalLink};
use crate::room::schedule::scheduled_room::tests::settings;
use crate::room::{Entry, Purse, RoomSettings};
use crate::store::tests::in_memory;
use crate::store::{AccountId, Batch, Booking, Party, StoreHandle};

const ADA: AccountId = AccountId(1);
const POLL: Duration = Duration::from_millis(10);

/// Flies as Ada in a room, with whatever she comes with.
async fn fly(
    purses: &Purses,
    room: &str,
    rooms: &Directory,
    store: &StoreHandle,
) -> (Arrival, LocalLink) {
    let arrival = purses.claim(ADA, room, rooms, store).await.unwrap();
    let handle = rooms.find(Some(room)).unwrap();
    let (connection, guest) = Connection::in_process();
    let mut client = Client::new(ClientConfig { is_bot: true, ..ClientConfig::default() })
        .knowing(NamedContent::built_in().unwrap());
    let entry = Entry::of_house_bot(client.connect(0), Some(ADA)).arriving(arrival.clone());
    handle.join(connection, entry).unwrap();
    while handle.status().line.bots == 0 {
        tokio::time::sleep(POLL).await;
    }
    (arrival, guest)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_to_another_room_leaves_the_first_one_and_takes_everything_along() {
    let store = in_memory();
    let purses = Purses::default();
    let open = |id: &str| {
        let settings = RoomSettings {
            id: id.into(),
            store: Some(store.handle()),
            purses: purses.clone(),
            ..settings(60)
        };
        crate::room::open(settings, Metrics::new()).unwrap()
    };
    let rooms = Directory::new(vec![open("a"), open("b")]);
    let handle = store.handle();
    let mut earned = Booking::new("a".into(), Tick(0), "sold");
    earned.pay(Party::Source("station"), Party::Player(ADA), Credits(500));
    let submission = handle.submit(Batch::of(earned)).unwrap();
    while !handle.status().is_durable(submission) {
        tokio::time::sleep(POLL).await;
    }
    let brings = Arrival::Brings(Purse { credits: Credits(500), ..Purse::default() });
    let (first, _link) = fly(&purses, "a", &rooms, &handle).await;
    assert_eq!(first, brings);
    let again = purses.claim(ADA, "a", &rooms, &handle).await;
    assert_eq!(again, Ok(Arrival::Returns));
    let (second, _other_link) = fly(&purses, "b", &rooms, &handle).await;
    assert_eq!(second, brings);
    assert_eq!(rooms.find(Some("a")).unwrap().status().line.bots, 0);
    assert_eq!(purses.place_of(ADA).as_deref(), Some("b"));
    // A room that is there no more holds nobody.
    let gone = rooms.remove("b").unwrap();
    assert_eq!(purses.claim(ADA, "a", &rooms, &handle).await, Ok(brings));
    gone.end_now();
}
