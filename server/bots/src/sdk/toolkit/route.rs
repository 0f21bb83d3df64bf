//! The way to a place past walls and through gates: where to fly next.
//!
//! ```text
//! goal -> through a gate, if that is shorter -> straight on, if no wall is between
//!      -> else the shortest way on a coarse map of free cells -> its furthest place that can be flown to straight on
//! ```
//!
//! Walls and gates are content, so a bot knows all of them, as a player does who looks at the minimap.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use driftfield_shared::sim::{ContentHash, Passage, Walls};
use driftfield_shared::units::Tick;
use glam::Vec2;

use crate::sdk::BrainView;

/// Shortest side of a cell in units, and most cells along a side.
const CELL_MIN: f32 = 40.0;
const COLUMNS_MAX: usize = 200;
/// Distance kept from walls, in units.
const CLEARANCE: f32 = 8.0;
/// Units that a way through a gate must be shorter to be worth it, and the least share of the straight way.
const GATE_WORTH: f32 = 300.0;
/// Seconds for which a way that was found is followed without looking again.
const MEMORY_SECONDS: f32 = 1.0;
/// The same if there was none: the search has looked everywhere.
const DESPAIR_SECONDS: f32 = 8.0;
/// Units that a goal moves before another way is looked for.
const GOAL_UNITS: f32 = 120.0;
/// Cost of a step to a neighbour, and to a diagonal one.
const STRAIGHT: u32 = 10;
const DIAGONAL: u32 = 14;

/// Finds ways. It keeps a map of the sector, and the way it found last.
#[derive(Clone, Debug, Default)]
pub struct Route {
    map: Option<Map>,
    way: Option<Way>,
}

/// The next leg of a way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leg {
    /// Where to fly.
    pub place: Vec2,
    /// Whether that is the goal itself; otherwise it is flown past at full speed.
    pub is_goal: bool,
    /// Centre of the gate that is meant to be flown through.
    pub gate: Option<Vec2>,
}

#[derive(Clone, Debug)]
struct Way {
    goal: Vec2,
    found: Tick,
    /// Corners from near the ship to the goal.
    places: Vec<Vec2>,
}

/// Which cells of the sector are free.
#[derive(Clone, Debug)]
struct Map {
    content: ContentHash,
    columns: usize,
    cell: f32,
    half: f32,
    free: Vec<bool>,
}

impl Route {
    /// Where to fly next to get to `goal`.
    pub fn next(&mut self, view: &BrainView<'_>, goal: Vec2) -> Leg {
        let from = view.ship.position;
        let gate = worthwhile_gate(view, goal);
        let target = gate.map_or(goal, |gate| gate.entrance);
        let leg = |place: Vec2| Leg {
            place,
            is_goal: gate.is_none() && place == goal,
            gate: gate.map(|gate| gate.entrance),
        };
        let walls = &view.rules.walls;
        let reach = view.rules.hull(view.ship.hull).radius + CLEARANCE;
        if walls.is_empty() || walls.first_touch(from, target, reach).is_none() {
            self.way = None;
            return leg(target);
        }
        let is_known = self.way.as_ref().is_some_and(|way| {
            let memory = if way.places.is_empty() { DESPAIR_SECONDS } else { MEMORY_SECONDS };
            view.seconds_since(way.found) < memory && way.goal.distance(target) < GOAL_UNITS
        });
        if !is_known {
            let map = match self.map.take() {
                Some(map) if map.content == view.rules.content_hash => map,
                _ => Map::new(view, reach),
            };
            let places = map.way(from, target).unwrap_or_default();
            self.map = Some(map);
            self.way = Some(Way { goal: target, found: view.now, places });
        }
        let places = self.way.as_ref().map_or(&[][..], |way| &way.places[..]);
        leg(furthest_straight(walls, from, places, reach).unwrap_or(target))
    }

    /// Forgets the way, because the ship is elsewhere.
    pub fn reset(&mut self) {
        self.way = None;
    }
}

/// The last of the places that can be flown to straight on.
fn furthest_straight(walls: &Walls, from: Vec2, places: &[Vec2], reach: f32) -> Option<Vec2> {
    let is_straight = |place: &&Vec2| walls.first_touch(from, **place, reach).is_none();
    places.iter().rev().find(is_straight).or(places.first()).copied()
}

/// The gate through which the way is much shorter.
fn worthwhile_gate<'a>(view: &BrainView<'a>, goal: Vec2) -> Option<&'a Passage> {
    if view.ship.gate_ticks > 0 {
        return None;
    }
    let from = view.ship.position;
    let through = |passage: &Passage| {
        from.distance(passage.entrance) - passage.radius + passage.exit.distance(goal)
    };
    let passages = view.rules.gates.passages().iter();
    let best = passages.min_by(|a, b| through(a).total_cmp(&through(b)))?;
    let straight = from.distance(goal);
    // Inside of it nobody flies in.
    let is_outside = from.distance(best.entrance) > best.radius;
    (is_outside && through(best) + GATE_WORTH < straight).then_some(best)
}

impl Map {
    fn new(view: &BrainView<'_>, reach: f32) -> Self {
        let side = view.frame.side.max(CELL_MIN);
        let columns = ((side / CELL_MIN) as usize).clamp(1, COLUMNS_MAX);
        let cell = side / columns as f32;
        let mut map = Map {
            content: view.rules.content_hash,
            columns,
            cell,
            half: side / 2.0,
            free: Vec::with_capacity(columns * columns),
        };
        for index in 0..columns * columns {
            let is_free = !view.rules.walls.overlaps(map.centre(index), reach);
            map.free.push(is_free);
        }
        map
    }

    fn centre(&self, index: usize) -> Vec2 {
        let (column, row) = (index % self.columns, index / self.columns);
        (Vec2::new(column as f32, row as f32) + 0.5) * self.cell - self.half
    }

    /// The free cell that is nearest to a place, roughly.
    fn nearest(&self, place: Vec2) -> Option<usize> {
        let at = |coordinate: f32| {
            (((coordinate + self.half) / self.cell) as isize).clamp(0, self.columns as isize - 1)
        };
        let (column, row) = (at(place.x), at(place.y));
        let cell = |dx: isize, dy: isize| {
            let (x, y) = (column + dx, row + dy);
            let limits = 0..self.columns as isize;
            let index = (limits.contains(&x) && limits.contains(&y))
                .then(|| y as usize * self.columns + x as usize)?;
            self.free[index].then_some(index)
        };
        (0..6_isize).find_map(|ring| {
            let around = (-ring..=ring).flat_map(|dy| (-ring..=ring).map(move |dx| (dx, dy)));
            let on_ring = around.filter(|(dx, dy)| dx.abs().max(dy.abs()) == ring);
            let distance = |index: &usize| self.centre(*index).distance_squared(place);
            let cells = on_ring.filter_map(|(dx, dy)| cell(dx, dy));
            cells.min_by(|a, b| distance(a).total_cmp(&distance(b)))
        })
    }

    /// Places along the shortest way over free cells (A*, P. Hart et al., 1968); `None` if there is none.
    fn way(&self, from: Vec2, goal: Vec2) -> Option<Vec<Vec2>> {
        let (start, end) = (self.nearest(from)?, self.nearest(goal)?);
        let mut costs = vec![u32::MAX; self.free.len()];
        let mut before = vec![u32::MAX; self.free.len()];
        let mut open = BinaryHeap::new();
        costs[start] = 0;
        open.push(Reverse((self.estimate(start, end), start as u32)));
        while let Some(Reverse((_, index))) = open.pop() {
            let index = index as usize;
            if index == end {
                break;
            }
            for (next, step) in self.neighbours(index) {
                let cost = costs[index] + step;
                if cost < costs[next] {
                    costs[next] = cost;
                    before[next] = index as u32;
                    open.push(Reverse((cost + self.estimate(next, end), next as u32)));
                }
            }
        }
        if costs[end] == u32::MAX {
            return None;
        }
        let mut places = vec![goal];
        let mut index = end;
        while index != start {
            places.push(self.centre(index));
            index = before[index] as usize;
        }
        places.reverse();
        Some(places)
    }

    /// Cost of the way between two cells if all were free.
    fn estimate(&self, from: usize, to: usize) -> u32 {
        let across = (from % self.columns).abs_diff(to % self.columns) as u32;
        let down = (from / self.columns).abs_diff(to / self.columns) as u32;
        STRAIGHT * across.max(down) + (DIAGONAL - STRAIGHT) * across.min(down)
    }

    /// The free cells around one. Between two walls that touch at a corner nothing gets through.
    fn neighbours(&self, index: usize) -> impl Iterator<Item = (usize, u32)> + '_ {
        let (column, row) = ((index % self.columns) as isize, (index / self.columns) as isize);
        let is_free = move |x: isize, y: isize| {
            let limits = 0..self.columns as isize;
            limits.contains(&x)
                && limits.contains(&y)
                && self.free[y as usize * self.columns + x as usize]
        };
        let around = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
        around.filter(|step| *step != (0, 0)).filter_map(move |(dx, dy)| {
            let (x, y) = (column + dx, row + dy);
            let is_diagonal = dx != 0 && dy != 0;
            let is_open = is_free(x, y) && (!is_diagonal || is_free(x, row) && is_free(column, y));
            let cost = if is_diagonal { DIAGONAL } else { STRAIGHT };
            is_open.then(|| (y as usize * self.columns + x as usize, cost))
        })
    }
}
