//! Snapshots, as a sequence of messages to one decoder.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use driftfield_shared::content::Content;
use driftfield_shared::limits::VISIBLE_PER_KIND_MAX;
use driftfield_shared::sim::script::Script;
use driftfield_shared::sim::{OwnState, Rules};
use driftfield_shared::snapshot::{
    BitBudget, ClientView, Decoder, EntityKey, History, SnapshotHeader, SnapshotKind,
    SnapshotOrder, Workspace, find_visible,
};
use driftfield_shared::units::PlayerId;
use driftfield_shared::wire::BitReader;

use super::HOME;
use crate::Target;
use crate::input::{Input, pack};

/// A decoder takes snapshots until it refuses one. Until then what it holds is what the headers say, within the limits,
/// under keys that were never used before.
///
/// The first byte names the sector.
pub const SNAPSHOTS: Target = Target { name: "snapshots", run, seeds, home: HOME };

/// Sectors, each with its mode.
pub(super) const SECTORS: [(&str, &str); 3] = [
    ("frontier", "frontier"),
    ("proving-ground", "proving-ground"),
    ("proving-ground-open", "proving-ground"),
];

/// The rules of a sector at 30 Hz.
pub(super) fn rules(index: usize) -> Arc<Rules> {
    static RULES: OnceLock<[Arc<Rules>; SECTORS.len()]> = OnceLock::new();
    let rules = RULES.get_or_init(|| {
        SECTORS.map(|(sector, mode)| {
            let content = Content::built_in().expect("the built-in content is sound");
            let rules = Rules::new(Arc::new(content), sector, mode, 30);
            Arc::new(rules.expect("the sectors and modes are built in"))
        })
    });
    rules[index % SECTORS.len()].clone()
}

fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let rules = rules(usize::from(input.byte()));
    let mut decoder = Decoder::new(rules.clone(), PlayerId(1));
    let mut newest_key = EntityKey(0);
    while !input.is_empty() {
        let message = input.message();
        let header = SnapshotHeader::read(&mut BitReader::new(message));
        let before = (decoder.tick(), decoder.margin(), decoder.side());
        let held = keys(&decoder);
        if decoder.decode(message).is_err() {
            return;
        }
        let header = header.expect("what the decoder takes has a header");
        let is_full = matches!(header.kind, SnapshotKind::Full(_));
        assert_eq!(header.tick(before.0).ok(), decoder.tick());
        let margin = if is_full { 0 } else { before.1 };
        assert_eq!(header.margin.unwrap_or(margin), decoder.margin());
        assert_eq!(header.side.unwrap_or(before.2), decoder.side());
        check_entities(&decoder, &held, newest_key, is_full);
        newest_key = keys(&decoder).last().copied().unwrap_or(newest_key).max(newest_key);
        let OwnState { hold, .. } = decoder.own();
        assert!(hold.is_empty() || hold.len() == rules.content.ores.len(), "{hold:?}");
    }
}

/// The keys of all that a client holds.
fn keys(decoder: &Decoder) -> BTreeSet<EntityKey> {
    let ships = decoder.ships().iter().map(|(key, _)| *key);
    let shots = decoder.shots().iter().map(|(key, _)| *key);
    let asteroids = decoder.asteroids().iter().map(|(key, _)| *key);
    ships.chain(shots).chain(asteroids).chain(decoder.ores().iter().map(|(key, _)| *key)).collect()
}

fn check_entities(decoder: &Decoder, held: &BTreeSet<EntityKey>, newest: EntityKey, is_full: bool) {
    let counts = [
        decoder.ships().len(),
        decoder.shots().len(),
        decoder.asteroids().len(),
        decoder.ores().len(),
    ];
    assert!(counts.iter().all(|count| *count <= VISIBLE_PER_KIND_MAX), "{counts:?}");
    let now = keys(decoder);
    assert_eq!(now.len(), counts.iter().sum::<usize>(), "each entity has a key of its own");
    for key in now.iter().filter(|key| is_full || !held.contains(key)) {
        assert!(*key > newest, "{key:?} was used before");
    }
    for removal in decoder.removals() {
        assert!(held.contains(&removal.key), "{removal:?} was not held");
        assert!(!now.contains(&removal.key), "{removal:?} is still held");
        assert!(removal.position.is_finite(), "{removal:?}");
    }
    let places = decoder.ships().iter().map(|(_, ship)| ship.position);
    let places = places.chain(decoder.shots().iter().map(|(_, shot)| shot.position));
    let places = places.chain(decoder.asteroids().iter().map(|(_, rock)| rock.position));
    for place in places.chain(decoder.ores().iter().map(|(_, ore)| ore.position)) {
        assert!(place.is_finite(), "something is at {place}");
    }
}

/// What player 1 gets in a scripted battle: full, deltas, a gap, small budgets.
pub(super) fn some_snapshots(index: usize) -> Vec<Vec<u8>> {
    let (sector, mode) = SECTORS[index];
    let mut script = Script::new(sector, mode, 12).expect("the built-in content is sound");
    let (mut history, mut view) = (History::default(), ClientView::default());
    let mut space = Workspace::default();
    let player = PlayerId(1);
    let mut snapshots = Vec::new();
    for tick in 0..400_u32 {
        script.step();
        history.record(&script.world);
        if tick < 180 || (190..200).contains(&tick) || (220..390).contains(&tick) {
            continue;
        }
        let bits = if tick > 390 { 200 } else { usize::MAX };
        let order =
            SnapshotOrder { player, margin: (tick % 8) as i8 - 4, budget: BitBudget::of(bits) };
        find_visible(&script.world, &history, player, view.held(), &mut space.visible);
        view.encode(&script.world, &history, order, &mut space);
        snapshots.push(space.bytes().to_vec());
    }
    snapshots
}

fn seeds() -> Vec<Vec<u8>> {
    let of_sector = |index| {
        let snapshots = some_snapshots(index);
        let messages = || snapshots.iter().map(Vec::as_slice);
        [pack(&[index as u8], messages().take(4)), pack(&[index as u8], messages())]
    };
    (0..SECTORS.len()).flat_map(of_sector).collect()
}
