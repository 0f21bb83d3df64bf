//! A world that is saved and resumed goes on bit for bit as the one that was never saved.

use std::sync::{Arc, OnceLock};

use driftfield_shared::content::Content;
use driftfield_shared::sim::script::Script;
use driftfield_shared::sim::{Command, Fnv, Rules, SavedWorld, World};
use driftfield_shared::units::{Angle, Controls, PlayerId, Thrust, ViewLag};
use driftfield_shared::wire::codec;
use proptest::prelude::*;

/// Sectors, each with its mode.
const SECTORS: [(&str, &str); 3] = [
    ("frontier", "frontier"),
    ("proving-ground", "frontier"),
    ("proving-ground-packed", "proving-ground"),
];
const PILOTS: u16 = 24;

fn bytes(world: &World) -> Vec<u8> {
    codec::encode_file(&world.save())
}

/// The world that bytes describe, if they are what a world under `rules` saves.
fn read(bytes: &[u8], rules: &Arc<Rules>) -> Option<World> {
    let saved: SavedWorld = codec::decode_file(bytes).ok()?;
    saved.check(rules).ok()?;
    Some(World::resume(rules.clone(), saved))
}

fn resumed(world: &World) -> World {
    read(&bytes(world), world.rules()).expect("a world that was saved can be resumed")
}

/// Asserts that the next steps of two worlds depend on the same.
fn assert_same(a: &World, b: &World, at: &str) {
    let saved = bytes(a);
    assert!(saved == bytes(b), "{at}, tick {}: the saved bytes differ", a.tick().0);
    assert_eq!(a.state_hash(), Fnv::new().bytes(&saved).finish(), "{at}: the hash is of the bytes");
    let cells = |world: &World| -> Vec<_> {
        world.ship_cells().iter().map(|ship| (ship.key, ship.position)).collect()
    };
    assert_eq!(cells(a), cells(b), "{at}: ships are found in the same order");
}

#[test]
fn a_battle_that_is_resumed_at_every_tick_is_the_battle_that_was_never_saved() {
    for (sector, mode) in SECTORS {
        let mut script = Script::new(sector, mode, PILOTS).unwrap();
        let mut other = script.clone();
        for _ in 0..2_000 {
            other.world = resumed(&other.world);
            script.step();
            other.step();
            assert_same(&script.world, &other.world, sector);
        }
        let kills: u32 = script.world.pilots().map(|pilot| pilot.kills).sum();
        assert!(kills > 0, "{sector}: ships end and begin");
    }
}

#[test]
fn a_world_resumed_from_any_tick_stays_the_same_for_hundreds_of_ticks() {
    let mut script = Script::new("frontier", "frontier", PILOTS).unwrap();
    let mut others: Vec<Script> = Vec::new();
    for tick in 0..1_500 {
        if tick % 75 == 0 {
            let mut other = script.clone();
            other.world = resumed(&other.world);
            others.push(other);
        }
        script.step();
        for other in &mut others {
            other.step();
            assert_eq!(other.world.state_hash(), script.world.state_hash(), "tick {tick}");
        }
    }
}

fn rules(sector: usize) -> Arc<Rules> {
    static RULES: OnceLock<[Arc<Rules>; SECTORS.len()]> = OnceLock::new();
    let rules = RULES.get_or_init(|| {
        let content = Arc::new(Content::built_in().unwrap());
        SECTORS
            .map(|(sector, mode)| Arc::new(Rules::new(content.clone(), sector, mode, 30).unwrap()))
    });
    rules[sector].clone()
}

/// What happens next in any play.
#[derive(Clone, Copy, Debug)]
enum Next {
    Tick,
    Resume,
    Command(Command),
}

fn any_next() -> impl Strategy<Value = Next> {
    let player = (0..PILOTS).prop_map(PlayerId);
    let steer = (player.clone(), 0..=64_u8, any::<u8>(), 0..Angle::STEPS).prop_map(
        |(player, thrust, flags, aim)| {
            let thrust = Thrust::from_code(thrust).unwrap_or(Thrust::NONE);
            // Three of four hold the trigger: much must end and begin.
            let (boost, fire) = (flags & 1 != 0, flags & 6 != 0);
            let controls = Controls { thrust, boost, fire, aim: Angle::from_steps(aim) };
            Command::Steer(player, controls)
        },
    );
    let see =
        (player.clone(), any::<u8>()).prop_map(|(player, lag)| Command::See(player, ViewLag(lag)));
    prop_oneof![
        8 => Just(Next::Tick),
        1 => Just(Next::Resume),
        4 => steer.prop_map(Next::Command),
        1 => see.prop_map(Next::Command),
        2 => player.clone().prop_map(|player| Next::Command(Command::Join(player))),
        1 => player.prop_map(|player| Next::Command(Command::Leave(player))),
    ]
}

/// Saved battles in which a ship has just been destroyed, and the rules that they were saved under.
fn saves() -> &'static [(Vec<u8>, Arc<Rules>)] {
    static SAVES: OnceLock<Vec<(Vec<u8>, Arc<Rules>)>> = OnceLock::new();
    SAVES.get_or_init(|| {
        let battles = SECTORS.into_iter().map(|(sector, mode)| {
            let mut script = Script::new(sector, mode, 8).unwrap();
            let deaths = |script: &Script| script.world.pilots().map(|pilot| pilot.deaths).sum();
            let (mut before, mut now): (u32, u32) = (0, 0);
            while script.world.tick().0 < 300 || now == before {
                before = now;
                script.step();
                now = deaths(&script);
            }
            (bytes(&script.world), script.world.rules().clone())
        });
        battles.collect()
    })
}

/// Plays an altered save for some ticks if it is not refused. Returns whether it was played.
fn play_altered(bytes: &[u8], rules: &Arc<Rules>) -> bool {
    let Some(mut world) = read(bytes, rules) else { return false };
    let controls = Controls { fire: true, thrust: Thrust::towards(0), ..Controls::default() };
    let commands: Vec<Command> =
        world.pilots().map(|pilot| Command::Steer(pilot.player, controls)).collect();
    for _ in 0..2 {
        world.step(&commands, &mut Vec::new());
    }
    assert_same(&world, &resumed(&world), "altered");
    true
}

#[test]
fn a_save_of_which_any_byte_was_altered_is_refused_or_played_but_never_panics() {
    let (mut played, mut refused) = (0, 0);
    for (bytes, rules) in saves() {
        for place in 0..bytes.len() {
            for added in [1, 0x80] {
                let mut bytes = bytes.clone();
                bytes[place] = bytes[place].wrapping_add(added);
                match play_altered(&bytes, rules) {
                    true => played += 1,
                    false => refused += 1,
                }
            }
            assert!(!play_altered(&bytes[..place], rules), "the end of a save is missed");
        }
    }
    assert!(played > 1_000 && refused > 1_000, "{played} played, {refused} refused");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_play_goes_on_as_if_it_had_never_been_saved(
        sector in 0..SECTORS.len(),
        seed in any::<u64>(),
        play in prop::collection::vec(any_next(), 0..600),
    ) {
        let mut world = World::new(rules(sector), seed);
        let mut other = world.clone();
        let mut commands = Vec::new();
        for next in play {
            match next {
                Next::Command(command) => commands.push(command),
                Next::Resume => other = resumed(&other),
                Next::Tick => {
                    world.step(&commands, &mut Vec::new());
                    other.step(&commands, &mut Vec::new());
                    assert_same(&world, &other, SECTORS[sector].0);
                    commands.clear();
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_save_of_which_many_bytes_were_altered_is_refused_or_played_but_never_panics(
        battle in 0..SECTORS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        (cut, pasted) in (any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 0..4)),
    ) {
        let (bytes, rules) = &saves()[battle];
        let mut bytes = bytes.clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let cut = cut.index(bytes.len());
        bytes.splice(cut..(cut + 2).min(bytes.len()), pasted);
        play_altered(&bytes, rules);
    }
}
