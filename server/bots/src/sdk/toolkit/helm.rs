//! Steers: turns a wanted place or velocity into thrust, past asteroids, walls, edges and other ships.
//!
//! ```text
//! goal -> way past walls and through gates -> detour around the first asteroid in the way -> wanted velocity
//!      -> for each of the 33 thrusts: what would come of it? -> the one that comes nearest without a collision
//! ```
//!
//! The effect of a thrust is computed from the figures of the ship, so the helm brakes in time with any hull.

use driftfield_shared::sim::{Rng, ShipState};
use driftfield_shared::units::{Controls, Thrust, Tick};
use glam::Vec2;

use super::Aimed;
use super::obstacles::{Detour, Obstacle, around, first_in_way, gates_around, way_around};
use super::route::{Leg, Route};
use crate::sdk::BrainView;

/// Moments for which the outcome of a thrust is computed, in seconds from now.
const PROBE_SECONDS: [f32; 5] = [0.15, 0.35, 0.65, 1.0, 1.4];
/// Index of the moment whose velocity is compared with the wanted one.
const PROBE_OF_COURSE: usize = 1;
/// Distance kept from asteroids and from other ships, in units.
const ROCK_MARGIN: f32 = 12.0;
const SHIP_MARGIN: f32 = 14.0;
/// The same from walls, which do not move.
const WALL_MARGIN: f32 = 4.0;
/// Cost of a thrust that leads into an asteroid or a wall, in units/s of wrong velocity, and the same per unit of depth.
const BUMP_COST: f32 = 260.0;
const DEPTH_COST: f32 = 4.0;
/// Cost of touching another ship, and of leaving the sector by a unit.
const SHIP_COST: f32 = 90.0;
const EDGE_COST: f32 = 2.0;
/// Bonus of the thrust of the previous tick, so that the engines do not flicker.
const HABIT: f32 = 14.0;
/// Wanted speed per unit of distance to a place to stop at, in 1/s.
const APPROACH: f32 = 1.5;
/// Seconds between two checks for being stuck, and the distance in units that counts as moving.
const STUCK_SECONDS: f32 = 1.5;
const STUCK_UNITS: f32 = 18.0;
/// Seconds for which a stuck ship tries another direction.
const ESCAPE_SECONDS: f32 = 1.1;
/// A ship that stands still although it wants at least this speed, in units/s, is stuck.
const MOVING_SPEED: f32 = 70.0;
/// Share of a full charge from which a boost is started, because very short boosts are of no use.
const BOOST_SHARE: f32 = 0.6;

/// What the engines should do.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Steering {
    /// Direction of the thrust.
    pub thrust: Thrust,
    /// Whether the boost is used.
    pub boost: bool,
}

impl Steering {
    /// The controls of a tick: this, and what the gun does.
    pub fn and(self, aimed: Aimed) -> Controls {
        Controls { thrust: self.thrust, boost: self.boost, fire: aimed.fire, aim: aimed.aim }
    }
}

/// Flies a ship where a brain wants it.
#[derive(Clone, Debug)]
pub struct Helm {
    rng: Rng,
    last: Steering,
    detour: Option<Detour>,
    /// When it was last checked whether we are stuck, and our position then.
    looked: Option<(Tick, Vec2)>,
    /// A velocity that leads out of being stuck, and until when it is kept.
    escape: Option<(Tick, Vec2)>,
    obstacles: Vec<Obstacle>,
    route: Route,
}

impl Helm {
    /// A helm. The seed decides where it turns when it is stuck.
    pub fn new(seed: u64) -> Self {
        Helm {
            rng: Rng::new(seed),
            last: Steering::default(),
            detour: None,
            looked: None,
            escape: None,
            obstacles: Vec::new(),
            route: Route::default(),
        }
    }

    /// Flies to a place and stops there. If a boost is wanted, it is used when there is enough charge.
    pub fn fly_to(&mut self, view: &BrainView<'_>, goal: Vec2, wants_boost: bool) -> Steering {
        let distance = view.distance(goal);
        self.fly_at(view, goal, distance * APPROACH, wants_boost)
    }

    /// Flies to a place at full speed, and through it.
    pub fn fly_through(&mut self, view: &BrainView<'_>, goal: Vec2, wants_boost: bool) -> Steering {
        self.fly_at(view, goal, f32::MAX, wants_boost)
    }

    fn fly_at(
        &mut self,
        view: &BrainView<'_>,
        goal: Vec2,
        speed_max: f32,
        wants_boost: bool,
    ) -> Steering {
        let Leg { place: goal, is_goal, gate } = self.route.next(view, goal);
        let speed_max = if is_goal { speed_max } else { f32::MAX };
        around(view, &mut self.obstacles);
        gates_around(view, gate, &mut self.obstacles);
        let boost = self.may_boost(view, wants_boost);
        let top = view.top_speed() * if boost { BOOSTED } else { 1.0 };
        let from = view.ship.position;
        let (aim_for, speed) = match first_in_way(&self.obstacles, from, goal, top) {
            Some(rock) => {
                let (place, detour) = way_around(&rock, from, goal, self.detour);
                self.detour = Some(detour);
                (place, top)
            }
            None => {
                self.detour = None;
                (goal, speed_max.min(top))
            }
        };
        let wanted = (aim_for - from).normalize_or_zero() * speed;
        self.steer(view, wanted, boost)
    }

    /// Keeps a velocity, in units/s, as far as asteroids, walls, ships and edges allow.
    pub fn fly_with(&mut self, view: &BrainView<'_>, wanted: Vec2, wants_boost: bool) -> Steering {
        around(view, &mut self.obstacles);
        gates_around(view, None, &mut self.obstacles);
        let boost = self.may_boost(view, wants_boost);
        self.steer(view, wanted, boost)
    }

    fn may_boost(&self, view: &BrainView<'_>, wants_boost: bool) -> bool {
        let full = f32::from(view.rules.hull(view.ship.hull).boost_charge_max);
        let is_worth_it = f32::from(view.boost_charge) > full * BOOST_SHARE;
        wants_boost && (is_worth_it || view.ship.boosting)
    }

    fn steer(&mut self, view: &BrainView<'_>, wanted: Vec2, boost: bool) -> Steering {
        let wanted = self.unless_stuck(view, wanted);
        let probes = Probes::new(view, boost);
        let current = self.cost(view, &probes, self.last.thrust, wanted) - HABIT;
        let mut best = (current, self.last.thrust);
        let directions = (0..Thrust::DIRECTIONS).map(Thrust::towards);
        for thrust in std::iter::once(Thrust::NONE).chain(directions) {
            let cost = self.cost(view, &probes, thrust, wanted);
            if cost < best.0 {
                best = (cost, thrust);
            }
        }
        self.last = Steering { thrust: best.1, boost };
        self.last
    }

    /// The cost of a thrust: its difference from the wanted velocity, and its collisions.
    fn cost(&self, view: &BrainView<'_>, probes: &Probes, thrust: Thrust, wanted: Vec2) -> f32 {
        let push = thrust.direction();
        let radius = view.rules.hull(view.ship.hull).radius;
        let edge = (view.frame.side / 2.0 - radius).max(0.0);
        let wall_reach = radius + WALL_MARGIN;
        let mut cost = 0.0;
        for (index, probe) in probes.moments.iter().enumerate() {
            if index == PROBE_OF_COURSE {
                let velocity = view.ship.velocity * probe.keep + push * probe.gain;
                cost += velocity.distance(wanted);
            }
            let place = view.ship.position + view.ship.velocity * probe.coast + push * probe.carry;
            // A later collision can still be avoided.
            let urgency = 1.0 - 0.5 * index as f32 / PROBE_SECONDS.len() as f32;
            for rock in &self.obstacles {
                let gap = place.distance(rock.position + rock.velocity * probe.seconds)
                    - rock.reach
                    - ROCK_MARGIN;
                if gap < 0.0 {
                    cost += (BUMP_COST - gap * DEPTH_COST) * urgency;
                }
            }
            if probes.is_near_wall
                && view.rules.walls.first_touch(view.ship.position, place, wall_reach).is_some()
            {
                cost += BUMP_COST * urgency;
            }
            for (ship, velocity, reach) in &probes.ships {
                let gap = place.distance(*ship + *velocity * probe.seconds) - reach - SHIP_MARGIN;
                if gap < 0.0 {
                    cost += SHIP_COST * urgency;
                }
            }
            cost += (place.abs() - edge).max(Vec2::ZERO).element_sum() * EDGE_COST;
        }
        cost
    }

    /// The wanted velocity, or another one for a moment if the ship is stuck.
    fn unless_stuck(&mut self, view: &BrainView<'_>, wanted: Vec2) -> Vec2 {
        if let Some((until, velocity)) = self.escape {
            if view.now < until {
                return velocity;
            }
            self.escape = None;
            self.looked = None;
        }
        if wanted.length() < MOVING_SPEED {
            self.looked = None;
            return wanted;
        }
        let (at, place) = *self.looked.get_or_insert((view.now, view.ship.position));
        if view.seconds_since(at) < STUCK_SECONDS {
            return wanted;
        }
        self.looked = Some((view.now, view.ship.position));
        if view.distance(place) > STUCK_UNITS {
            return wanted;
        }
        let side = if self.rng.below(2) == 0 { wanted.perp() } else { -wanted.perp() };
        let away =
            (side + self.rng.angle().direction() * wanted.length() * 0.7).normalize_or_zero();
        let velocity = away * view.top_speed();
        self.escape = Some((view.after(ESCAPE_SECONDS), velocity));
        velocity
    }
}

/// Top speed with the boost, as a multiple of that without.
const BOOSTED: f32 = 2.0;

/// The outcome of a thrust, as factors that are the same for all directions.
struct Probes {
    moments: [Probe; PROBE_SECONDS.len()],
    /// Ships nearby: position, velocity, and distance of the centres at which we collide.
    ships: Vec<(Vec2, Vec2, f32)>,
    /// Whether a wall is so near that a thrust may lead into it.
    is_near_wall: bool,
}

/// After `seconds`: velocity = velocity now * keep + push * gain, and distance = velocity now * coast + push * carry.
#[derive(Clone, Copy, Default)]
struct Probe {
    seconds: f32,
    keep: f32,
    gain: f32,
    coast: f32,
    carry: f32,
}

/// Distance in units up to which other ships are considered.
const SHIP_SIGHT: f32 = 160.0;

impl Probes {
    fn new(view: &BrainView<'_>, boost: bool) -> Self {
        let hull = view.rules.hull(view.ship.hull);
        let engines = view.rules.push(&ShipState { boosting: boost, ..*view.ship });
        let mut moments = [Probe::default(); PROBE_SECONDS.len()];
        // The same steps as in the game, for a ship of velocity 1 without thrust and for a ship at rest with thrust 1.
        let mut probe = Probe { keep: 1.0, ..Probe::default() };
        let mut ticks = 0;
        for (moment, seconds) in moments.iter_mut().zip(PROBE_SECONDS) {
            while ticks < view.rules.ticks(seconds) {
                ticks += 1;
                probe.keep *= engines.drag_factor;
                probe.gain = (probe.gain + engines.step) * engines.drag_factor;
                probe.coast += probe.keep * view.rules.tick_seconds;
                probe.carry += probe.gain * view.rules.tick_seconds;
            }
            probe.seconds = ticks as f32 * view.rules.tick_seconds;
            *moment = probe;
        }
        let ships = view
            .others()
            .map(|(_, ship)| ship)
            .filter(|ship| view.distance(ship.position) < SHIP_SIGHT)
            .map(|ship| {
                (ship.position, ship.velocity, hull.radius + view.rules.hull(ship.hull).radius)
            })
            .collect();
        let last = moments[moments.len() - 1];
        let far = Vec2::splat(view.ship.velocity.length() * last.coast + last.carry);
        let place = view.ship.position;
        let is_near_wall = view.rules.walls.is_near(place - far, place + far, hull.radius);
        Probes { moments, ships, is_near_wall }
    }
}
