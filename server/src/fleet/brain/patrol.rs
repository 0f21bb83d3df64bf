//! Where to go: around the sector in search of something, to the station and away from trouble.

use driftfield_shared::sim::Rng;
use driftfield_shared::units::{Angle, Tick};
use glam::Vec2;

use super::{BrainView, Helm, Steering, ticks_between};

/// Longest leg of a search, units.
const LEG_MAX: f32 = 1_800.0;
/// Distance from the edges and from the safe zone that a search keeps, units.
const EDGE_MARGIN: f32 = 250.0;
const STATION_MARGIN: f32 = 200.0;
/// Seconds after which another place is searched, whether this one was reached or not.
const LEG_SECONDS: f32 = 18.0;
/// Distance at which a place has been searched: it was in view long before.
const SEARCHED: f32 = 220.0;
/// Places thrown for the next leg until one suits.
const THROWS: u32 = 8;
/// Share of the dock's radius within which ships come to rest, least and most.
const BERTH_SHARES: (f32, f32) = (0.35, 0.8);
/// How far to either side of the straight way in a berth may lie, radians.
const BERTH_SPREAD: f32 = 1.2;
/// Distance at which a pursuer bends the way home, units.
const PURSUER_RANGE: f32 = 700.0;
/// Seconds under cover after a flight, least and most.
const COVER_SECONDS: (f32, f32) = (2.5, 5.0);
/// How far ahead the way of a flight is planned, units.
const FLIGHT_LEG: f32 = 500.0;

/// Knows where to go next.
#[derive(Clone, Debug)]
pub struct Patrol {
    rng: Rng,
    leg: Option<(Vec2, Tick)>,
    berth: Option<Vec2>,
    is_chased: bool,
    cover_until: Tick,
}

impl Patrol {
    /// A patrol whose ways follow from the seed.
    pub fn new(seed: u64) -> Self {
        Patrol {
            rng: Rng::new(seed),
            leg: None,
            berth: None,
            is_chased: false,
            cover_until: Tick(0),
        }
    }

    /// Flies from place to place, outside of the safe zone.
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
        let berth = *self.berth.get_or_insert_with(|| {
            let inwards = view.ship.position - station.position;
            let turn = Angle::from_radians(self.rng.range(-BERTH_SPREAD, BERTH_SPREAD));
            let share = self.rng.range(BERTH_SHARES.0, BERTH_SHARES.1);
            let direction = turn.direction().rotate(inwards.normalize_or(Vec2::X));
            station.position + direction * station.dock_radius * share
        });
        Some(helm.fly_to(view, berth, wants_boost))
    }

    /// Runs from a pursuer: home if there is one, else straight away.
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
        // Cornered at the edge, a ship turns along it.
        let goal = (place + way * FLIGHT_LEG).clamp(Vec2::splat(-half), Vec2::splat(half));
        helm.fly_through(view, goal, true)
    }

    /// Who got away to the station stays a moment: right behind the border waits whoever it was.
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

    /// The ship is lost, and with it whoever chased it.
    pub fn reset(&mut self) {
        (self.leg, self.berth) = (None, None);
        (self.is_chased, self.cover_until) = (false, Tick(0));
    }

    /// The next place to look at.
    fn throw(&mut self, view: &BrainView<'_>) -> Vec2 {
        let half = (view.frame.side / 2.0 - EDGE_MARGIN).max(0.0);
        let mut place = self.rng.in_square(half);
        for _ in 0..THROWS {
            let distance = view.distance(place);
            let clears_station = view.station().is_none_or(|station| {
                place.distance(station.position) > station.safe_radius + STATION_MARGIN
            });
            if clears_station && (SEARCHED * 2.0..LEG_MAX).contains(&distance) {
                break;
            }
            place = self.rng.in_square(half);
        }
        place
    }
}
