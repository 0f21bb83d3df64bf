//! The hub's topics, and a room that looks at them.

#[path = "../../src/hub/topics.rs"]
mod topics;

use driftfield_shared::topics::{Board, Topic};

use crate::sync::{begin, thread};
use topics::HubTopics;

/// What a room sees never goes back, and after the last publication one look is enough.
pub fn a_room_sees_topics_go_forward_and_misses_none() {
    begin();
    const PUBLICATIONS: u64 = 3;
    let topics = HubTopics::default();
    let publisher = {
        let topics = topics.clone();
        thread::spawn(move || {
            topics.publish("others", Board::new(1));
            let mut board = Board::new(1);
            for value in 0..PUBLICATIONS {
                board.set(b"key", &[value as u8]);
                topics.publish("rooms", board.clone());
            }
        })
    };
    let mut view = topics.view();
    let mut before = 0;
    for _ in 0..4 {
        view.refresh();
        let version = view.find("rooms").map_or(0, Topic::version);
        assert!(version >= before, "version {version} after {before}");
        before = version;
    }
    publisher.join().unwrap();
    view.refresh();
    assert_eq!(view.find("rooms").map(Topic::version), Some(PUBLICATIONS));
    assert!(view.find("others").is_some());
}

/// Where accounts play: nobody plays here.
#[derive(Clone, Debug, Default)]
pub struct Purses;

#[derive(Debug)]
pub struct Restoring;

impl Purses {
    pub fn restoring(&self) -> Restoring {
        Restoring
    }
}
