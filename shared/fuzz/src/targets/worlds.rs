//! World -> encode -> decode -> equal, for any play that bytes can describe.

use std::sync::{Arc, OnceLock};

use driftfield_shared::content::{BuiltIn, Content, ContentError, ContentFiles};
use driftfield_shared::sim::{Command, Rules, SavedWorld, World};
use driftfield_shared::snapshot::{
    BitBudget, ClientView, Decoder, History, SnapshotOrder, Visible, Workspace, find_visible,
    slot_of,
};
use driftfield_shared::units::{Angle, Controls, PlayerId, Thrust, ViewLag};
use driftfield_shared::wire::codec;

use super::HOME;
use crate::Target;
use crate::input::Input;

/// Players fly as the bytes say; two clients follow, each in its own rhythm and with budgets that are mostly too small. What a
/// client holds is what it may see, exactly where the budget allows; nothing that flies by itself is ever wrong; a world that
/// is saved and resumed is the same.
///
/// Three bytes name sector, rate and seed; then each byte names what happens next. Most inputs fly in small sectors: a tick of
/// the large one costs as much as twenty of theirs, and a ship meets nothing in it for seconds.
pub const WORLDS: Target = Target { name: "worlds", run, seeds, home: HOME };

/// Sectors, each with its mode. The last one is named by [`LARGE`] alone.
const SECTORS: [(&str, &str); 4] = [
    ("cove", "frontier"),
    ("proving-ground", "proving-ground"),
    ("proving-ground-open", "proving-ground"),
    ("frontier", "frontier"),
];
/// The first byte of inputs that fly in the large sector.
const LARGE: u8 = 255;
/// Rates from the lowest to the highest.
const RATES: [u16; 5] = [30, 10, 20, 60, 120];
/// Ticks of one input: a shot flies for 1.5 seconds, and a client may miss more than history keeps.
const TICKS_MAX: u32 = 120;
/// The same in the large sector.
const LARGE_TICKS_MAX: u32 = 30;
/// Players in a world, of whom the first two have clients.
const PLAYERS: u8 = 8;

fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let first = input.byte();
    let rules = rules(first, usize::from(input.byte()));
    let ticks_max = if first == LARGE { LARGE_TICKS_MAX } else { TICKS_MAX };
    let mut game = Game::new(rules, u64::from(input.byte()));
    while !input.is_empty() && game.world.tick().0 < ticks_max {
        let next = input.byte();
        let player = PlayerId(u16::from((next >> 4) % PLAYERS));
        match next & 0x0f {
            // One tick, and snapshots for those whose bits are set: as much as it takes, or what a byte says.
            0..=7 => {
                game.step();
                for client in 0..2 {
                    if next & 1 << client != 0 {
                        let budget = u16::from(next & 4 != 0) * (1 + u16::from(input.byte()));
                        game.follow(client, budget);
                    }
                }
            }
            8 => (0..input.byte() % 90).for_each(|_| game.step()),
            9 => game.commands.push(Command::Join(player)),
            10 => game.commands.push(Command::Leave(player)),
            11 => game.commands.push(Command::See(player, ViewLag(input.byte()))),
            _ => {
                let (thrust, aim) = (input.byte(), input.u16());
                let controls = Controls {
                    thrust: Thrust::from_code(thrust & 0x3f).unwrap_or(Thrust::NONE),
                    boost: thrust & 0x40 != 0,
                    fire: thrust & 0x80 != 0,
                    aim: Angle::from_steps(aim % Angle::STEPS),
                };
                game.commands.push(Command::Steer(player, controls));
            }
        }
    }
    game.check_save();
}

/// The built-in files and one more sector.
struct WithCove;

impl ContentFiles for WithCove {
    fn read(&self, path: &str) -> Result<Option<String>, ContentError> {
        if path == "sectors/cove.toml" {
            return Ok(Some(include_str!("../../assets/cove.toml").to_owned()));
        }
        BuiltIn.read(path)
    }

    fn sectors(&self) -> Result<Vec<String>, ContentError> {
        let mut sectors = BuiltIn.sectors()?;
        sectors.push("cove".into());
        Ok(sectors)
    }
}

fn rules(first: u8, rate: usize) -> Arc<Rules> {
    type OfRates = [Arc<Rules>; RATES.len()];
    static RULES: OnceLock<[OfRates; SECTORS.len()]> = OnceLock::new();
    let rules = RULES.get_or_init(|| {
        let content = Arc::new(Content::from_files(&WithCove).expect("the content is sound"));
        SECTORS.map(|(sector, mode)| {
            RATES.map(|hz| {
                let rules = Rules::new(content.clone(), sector, mode, hz);
                Arc::new(rules.expect("the sectors and modes are built in"))
            })
        })
    });
    rules[sector_of(first)][rate % RATES.len()].clone()
}

/// Which of the sectors the first byte names.
fn sector_of(first: u8) -> usize {
    let small = SECTORS.len() - 1;
    if first == LARGE { small } else { usize::from(first) % small }
}

/// A world and the two clients that follow it.
struct Game {
    world: World,
    history: History,
    commands: Vec<Command>,
    clients: [(ClientView, Decoder); 2],
    space: Workspace,
}

impl Game {
    fn new(rules: Arc<Rules>, seed: u64) -> Self {
        let client = |player| (ClientView::default(), Decoder::new(rules.clone(), player));
        let clients = [client(PlayerId(0)), client(PlayerId(1))];
        Game {
            world: World::new(rules, seed),
            history: History::default(),
            commands: (0..4).map(|player| Command::Join(PlayerId(player))).collect(),
            clients,
            space: Workspace::default(),
        }
    }

    fn step(&mut self) {
        self.world.step(&self.commands, &mut Vec::new());
        self.commands.clear();
        self.history.record(&self.world);
    }

    /// A client's snapshot of this tick. `budget`: what it may take, in units of 16 bits; 0: whatever it takes.
    fn follow(&mut self, client: usize, budget: u16) {
        let Game { world, history, clients, space, .. } = self;
        let (view, decoder) = &mut clients[client];
        let player = PlayerId(client as u16);
        find_visible(world, history, player, view.held(), &mut space.visible);
        let may_see = space.visible.clone();
        let bits = if budget == 0 { usize::MAX } else { usize::from(budget) * 16 };
        let order = SnapshotOrder { player, margin: budget as i8 / 2, budget: BitBudget::of(bits) };
        view.encode(world, history, order, space);
        let taken = decoder.decode(space.bytes());
        assert_eq!(taken, Ok(()), "what the server writes a client can read");
        assert_eq!(decoder.tick(), Some(world.tick()));
        assert_eq!(decoder.side(), world.side());
        assert_eq!(*decoder.own(), world.own_state(player).unwrap_or_default());
        check_held(world, player, &may_see, decoder);
        if budget == 0 {
            check_exact(world, &may_see, decoder);
        }
    }

    /// A world that was saved and resumed goes on as the one that was not.
    fn check_save(mut self) {
        self.step();
        let bytes = codec::encode_file(self.world.saved());
        let saved: SavedWorld = codec::decode_file(&bytes).expect("a save can be read");
        assert_eq!(saved.check(self.world.rules()), Ok(()));
        let mut resumed = World::resume(self.world.rules().clone(), saved);
        for _ in 0..4 {
            self.step();
            resumed.step(&[], &mut Vec::new());
            assert_eq!(resumed.state_hash(), self.world.state_hash());
        }
    }
}

/// What holds of a client whatever its budget is.
fn check_held(world: &World, player: PlayerId, may_see: &Visible, decoder: &Decoder) {
    let own = decoder.ships().iter().map(|(_, ship)| ship).find(|ship| ship.player == player);
    let own_key = world.pilot(player).and_then(|pilot| pilot.ship);
    let expected = own_key.and_then(|key| world.ships().get(key)).map(|ship| &ship.state);
    assert_eq!(own, expected, "the own ship never waits");
    for (_, held) in decoder.ships() {
        let key = world.ships().iter().find(|(_, ship)| ship.state.player == held.player);
        let (key, _) = key.unwrap_or_else(|| panic!("{held:?} is gone, but held"));
        assert!(may_see.ships.contains(slot_of(key)), "{held:?} is held but not to be seen");
    }
    for (_, held) in decoder.shots() {
        let key = world.shots().iter().find(|(_, shot)| shot.state == *held);
        let (key, _) = key.unwrap_or_else(|| panic!("no shot is {held:?}"));
        assert!(may_see.shots.contains(slot_of(key)), "{held:?} is held but not to be seen");
    }
    for (_, held) in decoder.asteroids() {
        assert!(world.asteroids().values().any(|rock| rock.state == *held), "no rock is {held:?}");
    }
    for (_, held) in decoder.ores() {
        assert!(world.ores().values().any(|ore| ore == held), "no ore is {held:?}");
    }
}

/// What holds of a client whose last snapshot had all the room that it wanted.
fn check_exact(world: &World, may_see: &Visible, decoder: &Decoder) {
    assert_eq!(decoder.ships().len(), may_see.ships.len());
    for (_, held) in decoder.ships() {
        assert!(world.ships().values().any(|ship| ship.state == *held), "no ship is {held:?}");
    }
    assert_eq!(decoder.shots().len(), may_see.shots.len());
    assert_eq!(decoder.asteroids().len(), may_see.asteroids.len());
    assert_eq!(decoder.ores().len(), may_see.ores.len());
}

/// Some ticks of play in each sector at each rate.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    // The large sector at one rate only: seeds are the pool from which inputs are made.
    let small = (0..3).flat_map(|first| (0..RATES.len()).map(move |rate| (first, rate)));
    for (first, rate) in small.chain([(LARGE, 0)]) {
        let mut bytes = vec![first, rate as u8, 7, 3];
        for tick in 0..24_u8 {
            // Player `tick % 8` turns and fires; the clients follow, the second one on a small budget.
            bytes.extend([0x0c | (tick % PLAYERS) << 4, 0x80 | (tick & 0x1f), tick, tick % 16]);
            bytes.push([3, 1, 2, 0][usize::from(tick) % 4]);
            if tick % 7 == 6 {
                // A pause that history does not reach back over, in some; mutations carry it to others.
                let pause = if tick == 13 && seeds.len() % 5 == 1 { 70 } else { 2 };
                bytes.extend([7, 12, 12, 8, pause, 9 | tick << 4, 10 | 3 << 4, 11, tick]);
            }
        }
        seeds.push(bytes);
    }
    seeds
}
