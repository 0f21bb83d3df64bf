//! Golden bytes of snapshots. A change here is a change of the protocol, and needs a new version.

use std::sync::Arc;

use driftfield_shared::content::Content;
use driftfield_shared::sim::{Command, Rules, World};
use driftfield_shared::snapshot::{
    BitBudget, ClientView, Decoder, History, SnapshotError, SnapshotOrder, Workspace, slot_of,
};
use driftfield_shared::units::{Angle, Controls, PlayerId, Thrust};
use driftfield_shared::wire::{BitReader, BitWriter};

/// Two ships in the open proving ground, and the snapshots of the first one's client.
struct Duel {
    world: World,
    history: History,
    view: ClientView,
    decoder: Decoder,
}

impl Duel {
    fn new() -> Self {
        let content = Arc::new(Content::built_in().unwrap());
        let rules = Rules::new(content, "proving-ground-open", "proving-ground", 30).unwrap();
        let world = World::new(Arc::new(rules), 1);
        let decoder = Decoder::new(world.rules().clone(), PlayerId(0));
        Duel { world, history: History::default(), view: ClientView::default(), decoder }
    }

    fn step(&mut self, commands: &[Command]) -> Vec<u8> {
        self.world.step(commands, &mut Vec::new());
        self.history.record(&self.world);
        let mut space = Workspace::default();
        self.world.ships().keys().for_each(|key| space.visible.ships.insert(slot_of(key)));
        self.world.shots().keys().for_each(|key| space.visible.shots.insert(slot_of(key)));
        let order =
            SnapshotOrder { player: PlayerId(0), margin: 1, budget: BitBudget::of(usize::MAX) };
        self.view.encode(&self.world, &self.history, order, &mut space);
        let bytes = space.bytes().to_vec();
        self.decoder.decode(&bytes).unwrap();
        bytes
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn snapshots_have_their_golden_bytes() {
    let mut duel = Duel::new();
    let full = duel.step(&[Command::Join(PlayerId(0)), Command::Join(PlayerId(1))]);
    assert_eq!(
        hex(&full),
        "050000000c0000e81375020023a2e2280210801a0a0900c25ffad60a4000ac2a6c8004810710000000000000"
    );

    // Nothing happens: lane, ticks, margin, side, no removals, two ships as predicted, and empty lists.
    let idle = duel.step(&[]);
    assert_eq!(hex(&idle), "c801");

    let aim = Angle::from_steps(1000);
    let controls = Controls { thrust: Thrust::towards(4), boost: false, fire: true, aim };
    let fired = duel.step(&[Command::Steer(PlayerId(1), controls)]);
    assert_eq!(hex(&fired), "e842701d6b00");

    // The other ship keeps its course and its aim; the only change is that it stopped turning.
    let held = duel.step(&[]);
    assert_eq!(hex(&held), "a8203b0e");
    assert_eq!(hex(&duel.step(&[])), "c801");

    // A new client gets the shot relative to its ship, three ticks old.
    duel.view.reset();
    assert_eq!(
        hex(&duel.step(&[])),
        "190000000c0000e81375020023a2e2280210801a0a0905216076d862bc305ed027948793080324083c8000000000000000"
    );
}

#[test]
fn the_header_reads_as_documented() {
    let mut duel = Duel::new();
    let full = duel.step(&[Command::Join(PlayerId(0))]);
    let mut input = BitReader::new(&full);
    assert_eq!(input.read(2), Ok(1), "lane: full");
    assert_eq!(input.read(32), Ok(1), "tick");
    assert_eq!(input.read(1), Ok(1), "margin changed");
    assert_eq!(input.read(7), Ok(1), "margin");
    assert_eq!(input.read(32), Ok(u64::from(2000.0_f32.to_bits())), "side");
    assert_eq!(input.read_golomb(0), Ok(0), "ships removed");
    assert_eq!(input.read_golomb(0), Ok(1), "ships new");
    assert_eq!(input.read_signed(1), Ok(0), "player: the first one that there can be");
    assert_eq!(input.read(1), Ok(0), "the first hull, as it comes");
    assert_eq!(input.read_signed(3), Ok(0), "hit points: all");
    assert_eq!(input.read(1), Ok(0), "not protected");
}

#[test]
fn each_way_a_snapshot_can_be_wrong_has_its_name() {
    let mut duel = Duel::new();
    let full = duel.step(&[Command::Join(PlayerId(0))]);
    let fresh = || Decoder::new(duel.world.rules().clone(), PlayerId(0));
    let bits = |fields: &[(u64, u32)]| {
        let mut out = BitWriter::default();
        fields.iter().for_each(|(value, bits)| out.write(*value, *bits));
        out.finish().to_vec()
    };
    assert_eq!(fresh().decode(&[0]), Err(SnapshotError::NoBaseline));
    assert!(matches!(fresh().decode(&full[..full.len() - 1]), Err(SnapshotError::Bits(_))));
    let mut longer = full.clone();
    longer.push(0);
    assert_eq!(fresh().decode(&longer), Err(SnapshotError::TrailingBits));
    let side = bits(&[(1, 2), (1, 32), (0, 1), (u64::from(f32::NAN.to_bits()), 32)]);
    assert_eq!(fresh().decode(&side), Err(SnapshotError::Side(f32::NAN.to_bits())));
    // 2^20 removals from an empty list.
    let mut out = BitWriter::default();
    out.write(1, 2);
    out.write(1, 32);
    out.write(0, 1);
    out.write(u64::from(2000.0_f32.to_bits()), 32);
    out.write_golomb(1 << 20, 0);
    assert_eq!(fresh().decode(out.finish()), Err(SnapshotError::TooManyEntities));
    // A delta over a thousand ticks.
    let mut decoder = fresh();
    decoder.decode(&full).unwrap();
    let mut out = BitWriter::default();
    out.write(0, 2);
    out.write(1, 1);
    out.write_golomb(999, 0);
    assert_eq!(decoder.decode(out.finish()), Err(SnapshotError::TooManyTicks(1000)));
}
