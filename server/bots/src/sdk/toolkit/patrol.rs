//! Chooses where to go: from place to place on a search, to the station, and away from an attacker.

use driftfield_shared::sim::Rng;
use driftfield_shared::units::{Angle, Tick};
use glam::Vec2;

use super::{Helm, Steering, ticks_between};
use crate::sdk::BrainView;

/// Longest leg of a search, in units.
const LEG_MAX: f32 = 1_800.0;
/// Distance that a search keeps from the edges and from the safe zone, in units.
const EDGE_MARGIN: f32 = 250.0;
const STATION_MARGIN: f32 = 200.0;
/// Seconds after which the next place is searched, even if this one was not reached.
const LEG_SECONDS: f32 = 18.0;
/// Distance in units at which a place counts as searched, because it was in view long before.
const SEARCHED: f32 = 220.0;
/// Most random places tried for the next leg.
const THROWS: u32 = 8;
/// Least and greatest distance of a berth from the station, as shares of the dock's radius.
const BERTH_SHARES: (f32, f32) = (0.35, 0.8);
/// Largest angle between the straight way in and a berth, in radians.
const BERTH_SPREAD: f32 = 1.2;
/// Distance in units within which a pursuer changes the way home.
const PURSUER_RANGE: f32 = 700.0;
/// Least and most seconds under cover after an escape.
const COVER_SECONDS: (f32, f32) = (2.5, 5.0);
/// How far ahead an escape is planned, in units.
const FLIGHT_LEG: f32 = 500.0;

/// Chooses where to go next.
#[derive(Clone, Debug)]
pub struct Patrol {
    rng: Rng,
    leg: Option<(Vec2, Tick)>,
    berth: Option<Vec2>,
    is_chased: bool,
    cover_until: Tick,
}

impl Patrol {
    /// A patrol whose random choices follow from the seed.
    pub fn new(seed: u64) -> Self {
        Patrol {
            rng: Rng::new(seed),
            leg: None,
            berth: None,
            is_chased: false,
            cover_until: Tick(0),
        }
    }

    /// Flies from place to place outside the safe zone.
    pub fn search(&mut self, view: &BrainView<'_>, helm: &mut Helm) -> Steering {
        self.berth = None;
        let goal = match self.leg {
            Some((goal, until)) if view.now < until && view.distance(goal) > SEARCHED => goal,
            _ => {
                let goal = self.throw(view);
                self.leg = Some((goal, view.after(LEG_SECONDS)));
                goal
            }
        };
        helm.fly_through(view, goal, false)
    }

    /// Flies into the dock and rests there; `None` where there is no station.
    pub fn dock(
        &mut self,
        view: &BrainView<'_>,
        helm: &mut Helm,
        wants_boost: bool,
    ) -> Option<Steering> {
        let station = view.station()?;
        self.leg = None;
        // Another station may be the nearest by now.
        self.berth =
            self.berth.filter(|berth| station.position.distance(*berth) < station.dock_radius);
        let berth = *self.berth.get_or_insert_with(|| {
            let inwards = view.ship.position - station.position;
            let turn = Angle::from_radians(self.rng.range(-BERTH_SPREAD, BERTH_SPREAD));
            let share = self.rng.range(BERTH_SHARES.0, BERTH_SHARES.1);
            let direction = turn.direction().rotate(inwards.normalize_or(Vec2::X));
            station.position + direction * station.dock_radius * share
        });
        Some(helm.fly_to(view, berth, wants_boost))
    }

    /// Flees from a pursuer: to the station if there is one, otherwise straight away.
    pub fn flee(
        &mut self,
        view: &BrainView<'_>,
        helm: &mut Helm,
        pursuer: Option<Vec2>,
    ) -> Steering {
        self.leg = None;
        self.is_chased = true;
        let place = view.ship.position;
        let home = view.station().map(|station| station.position);
        let homewards = home.map_or(Vec2::ZERO, |home| (home - place).normalize_or_zero());
        let away = pursuer.map_or(Vec2::ZERO, |pursuer| {
            let nearness = 1.0 - (place.distance(pursuer) / PURSUER_RANGE).min(1.0);
            let weight = if home.is_some() { nearness } else { 1.0 };
            (place - pursuer).normalize_or_zero() * weight
        });
        let way = (homewards + away).try_normalize().unwrap_or(view.ship.aim.direction());
        let half = (view.frame.side / 2.0 - EDGE_MARGIN).max(0.0);
        // At the edge of the sector the ship turns along it.
        let goal = (place + way * FLIGHT_LEG).clamp(Vec2::splat(-half), Vec2::splat(half));
        helm.fly_through(view, goal, true)
    }

    /// Stays under cover for a moment after an escape to the station, because the pursuer waits at the border. `None` at all
    /// other times.
    pub fn shelter(&mut self, view: &BrainView<'_>, helm: &mut Helm) -> Option<Steering> {
        if self.is_chased && view.is_safe() {
            self.is_chased = false;
            let ticks = ticks_between(view, &mut self.rng, COVER_SECONDS.0, COVER_SECONDS.1);
            self.cover_until = view.now.plus(ticks);
        }
        if view.now >= self.cover_until {
            return None;
        }
        self.dock(view, helm, false)
    }

    /// Forgets everything, because the ship was destroyed.
    pub fn reset(&mut self) {
        (self.leg, self.berth) = (None, None);
        (self.is_chased, self.cover_until) = (false, Tick(0));
    }

    /// A random place for the next leg.
    fn throw(&mut self, view: &BrainView<'_>) -> Vec2 {
        let half = (view.frame.side / 2.0 - EDGE_MARGIN).max(0.0);
        let mut place = self.rng.in_square(half);
        for _ in 0..THROWS {
            let distance = view.distance(place);
            let clears_station = view.station().is_none_or(|station| {
                place.distance(station.position) > station.safe_radius + STATION_MARGIN
            });
            let is_free = !view.rules.walls.overlaps(place, SEARCHED / 4.0);
            if is_free && clears_station && (SEARCHED * 2.0..LEG_MAX).contains(&distance) {
                break;
            }
            place = self.rng.in_square(half);
        }
        place
    }
}
