//! A sector full of walls and gates, for tests and benches: a small frontier in which ships meet them all the time.

use glam::Vec2;

use super::rng::Rng;
use crate::content::{Area, Content, ContentError, Field, Gate, Sector, SectorSize, Wall};

/// Side of the sector in units, if nothing else is asked for.
pub const SIDE: f32 = 3_000.0;
/// Places tried for each wall and each pair of gates.
const TRIES: u32 = 200;

/// The built-in content with another frontier: one station in the middle, asteroids around it, `walls` walls and
/// `gate_pairs` pairs of gates. There are fewer if there is no room for them.
///
/// # Errors
/// When the built-in content is unsound.
pub fn maze(walls: usize, gate_pairs: usize, seed: u64) -> Result<Content, ContentError> {
    maze_of(SIDE, walls, gate_pairs, seed)
}

/// The same of another side.
///
/// # Errors
/// When the built-in content is unsound.
pub fn maze_of(
    side: f32,
    walls: usize,
    gate_pairs: usize,
    seed: u64,
) -> Result<Content, ContentError> {
    let mut content = Content::built_in()?;
    let rng = &mut Rng::new(seed);
    let frontier = frontier(&mut content);
    frontier.size = SectorSize::Fixed { side };
    frontier.stations.truncate(1);
    frontier.safe_zones.clear();
    frontier.rocks.clear();
    frontier.walls.clear();
    frontier.gates.clear();
    frontier.spawn_zones.clear();
    frontier.fields.truncate(1);
    let area = Area::Disc { position: Vec2::ZERO, radius: 1_400.0 };
    frontier
        .fields
        .iter_mut()
        .for_each(|field| *field = Field { area: area.clone(), ..field.clone() });
    for pair in 0..gate_pairs {
        let ids = [format!("gate-{pair}-a"), format!("gate-{pair}-b")];
        let gate = |rng: &mut Rng, id: &str, partner: &str| Gate {
            id: id.to_owned(),
            name: id.to_owned(),
            partner: partner.to_owned(),
            position: rng.in_square(side / 2.0 - 150.0).round(),
            radius: rng.range(40.0, 90.0).round(),
            turn: rng.unit(),
            cooldown_seconds: rng.range(0.3, 1.5),
        };
        try_to(&mut content, |sector| {
            let [a, b] = &ids;
            sector.gates.extend([gate(rng, a, b), gate(rng, b, a)]);
        });
    }
    for index in 0..walls {
        try_to(&mut content, |sector| {
            let mut place = rng.in_square(side / 2.0 - 60.0).round();
            let mut line = vec![place];
            for _ in 0..=rng.below(3) {
                place += rng.angle().direction() * rng.range(40.0, 220.0);
                line.push(place.round());
            }
            let closed = line.len() > 2 && rng.below(4) == 0;
            let radius = rng.range(1.0, 20.0).round();
            let restitution = rng.unit();
            sector.walls.push(Wall {
                id: format!("wall-{index}"),
                line,
                closed,
                radius,
                restitution,
            });
        });
    }
    Ok(content)
}

fn frontier(content: &mut Content) -> &mut Sector {
    let sector = content.sectors.iter_mut().find(|sector| sector.id == "frontier");
    sector.expect("the built-in content has a frontier")
}

/// Adds something to the sector, at another place if it does not fit at the first.
fn try_to(content: &mut Content, mut add: impl FnMut(&mut Sector)) {
    let before = frontier(content).clone();
    for _ in 0..TRIES {
        add(frontier(content));
        if content.check().is_ok() {
            return;
        }
        *frontier(content) = before.clone();
    }
}
