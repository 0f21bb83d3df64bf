//! What a brain sees: exactly what the wire shows a person at the same place.

use driftfield_shared::content::Station;
use driftfield_shared::netcode::{EntityKey, Frame};
use driftfield_shared::protocol::PlayerInfo;
use driftfield_shared::sim::{AsteroidState, OreState, Rules, ShipState};
use driftfield_shared::units::{PlayerId, Tick};
use glam::Vec2;

/// The world as one ship sees it at one tick.
///
/// [`BrainView::frame`] is as the server sent it, and so a little older than [`BrainView::ship`]. The methods
/// extrapolate what they return to [`BrainView::now`]. Nothing in it is hidden from a player at the same place.
#[derive(Clone, Copy, Debug)]
pub struct BrainView<'a> {
    /// The rules of the room: hulls, weapons, the sector, seconds per tick.
    pub rules: &'a Rules,
    /// The newest snapshot. It is a little older than `ship`.
    pub frame: &'a Frame,
    /// Our own ship, predicted for `now`.
    pub ship: &'a ShipState,
    /// Its boost charge, up to the hull's `boost_charge_max`.
    pub boost_charge: u16,
    /// The tick of `ship`; the controls are for the one after it.
    pub now: Tick,
    /// Everyone in the room, by seat, as far as that has been told: nobody in the first moments.
    pub players: &'a [PlayerInfo],
}

impl<'a> BrainView<'a> {
    /// The current position of an entity of the snapshot, if it has kept its course.
    pub fn by_now(&self, position: Vec2, velocity: Vec2) -> Vec2 {
        let lag = self.now.since(self.frame.tick).min(LAG_TICKS_MAX);
        position + velocity * (lag as f32 * self.rules.tick_seconds)
    }

    /// All visible ships except ours, at their current positions.
    pub fn others(&self) -> impl Iterator<Item = (EntityKey, ShipState)> + use<'a> {
        let view = *self;
        view.frame.ships.iter().filter(move |(_, ship)| ship.player != view.ship.player).map(
            move |(key, ship)| {
                (*key, ShipState { position: view.by_now(ship.position, ship.velocity), ..*ship })
            },
        )
    }

    /// All visible asteroids, at their current positions.
    pub fn asteroids(&self) -> impl Iterator<Item = (EntityKey, AsteroidState)> + use<'a> {
        let view = *self;
        view.frame
            .asteroids
            .iter()
            .map(move |(key, rock)| (*key, rock.at(view.by_now(rock.position, rock.velocity))))
    }

    /// All visible ore, at its current position.
    pub fn ores(&self) -> impl Iterator<Item = (EntityKey, OreState)> + use<'a> {
        let view = *self;
        view.frame
            .ores
            .iter()
            .map(move |(key, ore)| (*key, ore.at(view.by_now(ore.position, ore.velocity))))
    }

    /// The nearest visible asteroid, if there is one.
    pub fn nearest_asteroid(&self) -> Option<(EntityKey, AsteroidState)> {
        self.asteroids().min_by(|(_, a), (_, b)| {
            self.distance(a.position).total_cmp(&self.distance(b.position))
        })
    }

    /// The nearest ore within `range` that fits our hold and that will still be there.
    pub fn nearest_ore(&self, range: f32) -> Option<OreState> {
        if self.cargo_share() >= 1.0 {
            return None;
        }
        self.ores()
            .map(|(_, ore)| ore)
            .filter(|ore| {
                let distance = self.distance(ore.position);
                let seconds = FLOAT_SECONDS_MIN.max(distance / self.top_speed());
                distance < range && ore.expires > self.after(seconds)
            })
            .min_by(|a, b| self.distance(a.position).total_cmp(&self.distance(b.position)))
    }

    /// The station that is nearest to our ship, if there is one.
    pub fn station(&self) -> Option<&'a Station> {
        self.rules.sector.nearest_station(self.ship.position)
    }

    /// Whether we are in the safe zone: our gun is silent and our hull cannot be hurt.
    pub fn is_safe(&self) -> bool {
        self.rules.is_safe(self.ship.position)
    }

    /// Units of ore in our hold.
    pub fn cargo(&self) -> u16 {
        self.frame.own.hold.iter().fold(0, |sum, units| sum.saturating_add(*units))
    }

    /// Filled share of the hold, 0..=1.
    pub fn cargo_share(&self) -> f32 {
        let hold = self.rules.hold(self.ship.hull, &self.ship.fit);
        if hold == 0 { 1.0 } else { f32::from(self.cargo()) / f32::from(hold) }
    }

    /// Remaining share of the hit points, 0..=1.
    pub fn hull_share(&self) -> f32 {
        let whole = self.rules.hull(self.ship.hull).hit_points;
        f32::from(self.ship.hit_points) / f32::from(whole.max(1))
    }

    /// Whether a wall stands between our ship and a place.
    pub fn is_walled_off(&self, place: Vec2) -> bool {
        self.rules.walls.is_between(self.ship.position, place)
    }

    /// Distance from our ship.
    pub fn distance(&self, place: Vec2) -> f32 {
        self.ship.position.distance(place)
    }

    /// The steady speed of our ship under full thrust, units/s.
    pub fn top_speed(&self) -> f32 {
        self.rules.cruise_speed(self.ship.hull, &self.ship.fit, false)
    }

    /// Whether a player is a person.
    pub fn is_person(&self, player: PlayerId) -> bool {
        self.players.iter().any(|info| info.player == player && !info.is_bot)
    }

    /// Seconds from `earlier` to now; 0 if it is in the future.
    pub fn seconds_since(&self, earlier: Tick) -> f32 {
        self.now.since(earlier) as f32 * self.rules.tick_seconds
    }

    /// The tick in this many seconds.
    pub fn after(&self, seconds: f32) -> Tick {
        self.now.plus(self.rules.ticks(seconds))
    }
}

/// Longest extrapolation in ticks: in a longer silence anything may have happened.
const LAG_TICKS_MAX: u32 = 30;
/// Seconds that a chunk of ore must still float to be worth flying to.
const FLOAT_SECONDS_MIN: f32 = 2.0;
