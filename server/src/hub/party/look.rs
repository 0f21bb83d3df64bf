//! Where members of parties are: rooms are asked once a second.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use driftfield_shared::protocol::PartyRoom;
use driftfield_shared::units::PlayerId;
use tokio::time::Instant;

use crate::hub::Directory;
use crate::store::AccountId;

/// Accounts that are looked for.
pub type Wanted = Arc<HashSet<AccountId>>;

/// An account that plays in a room, as the room sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Whereabouts {
    /// Who.
    pub account: AccountId,
    /// The name there.
    pub name: String,
    /// The seat.
    pub player: PlayerId,
    /// Where the ship is, in units; `None` while there is none.
    pub ship: Option<(i32, i32)>,
}

/// What came of a look at all rooms.
#[derive(Debug, Default)]
pub struct Sight {
    /// Who is on-line, with the name and the room.
    pub present: HashMap<AccountId, (String, PartyRoom)>,
    /// Rooms that did not answer in time: whoever was there may still be.
    pub silent: HashSet<String>,
}

/// Looks for accounts in these rooms.
pub async fn look(rooms: Directory, wanted: Wanted) -> Sight {
    let all = rooms.all();
    let asked: Vec<_> = all.iter().map(|room| (room, room.locate(wanted.clone()))).collect();
    let deadline = Instant::now() + ROOM_TIME_MAX;
    let mut sight = Sight::default();
    for (room, answer) in asked {
        // Nobody is there.
        let Some(answer) = answer else { continue };
        let line = room.status().line;
        let Ok(Ok(found)) = tokio::time::timeout_at(deadline, answer).await else {
            sight.silent.insert(room.id().to_owned());
            continue;
        };
        for Whereabouts { account, name, player, ship } in found {
            let room = PartyRoom {
                id: room.id().to_owned(),
                name: line.name.clone(),
                player,
                is_locked: line.is_locked,
                ship,
            };
            // Whoever plays in two rooms at once is in the first of them.
            sight.present.entry(account).or_insert((name, room));
        }
    }
    sight
}

/// How long a room may take to say who is there: some ticks of a busy one.
const ROOM_TIME_MAX: Duration = Duration::from_millis(500);
