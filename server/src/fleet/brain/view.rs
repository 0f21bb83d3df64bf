//! What a brain gets to see: exactly what the wire shows a person at the same place.

use driftfield_shared::content::Station;
use driftfield_shared::netcode::{EntityKey, Frame};
use driftfield_shared::protocol::PlayerInfo;
use driftfield_shared::sim::{AsteroidState, OreState, Rules, ShipState};
use driftfield_shared::units::{PlayerId, Tick};
use glam::Vec2;

/// The world as one pilot sees it at one client tick.
#[derive(Clone, Copy, Debug)]
pub struct BrainView<'a> {
    /// The figures of the room.
    pub rules: &'a Rules,
    /// The newest snapshot. It is a little older than `ship`.
    pub frame: &'a Frame,
    /// Our own ship, predicted for `now`.
    pub ship: &'a ShipState,
    /// Its boost charge.
    pub boost_charge: u16,
    /// The tick of `ship`; the controls are for the one after it.
    pub now: Tick,
    /// Everyone in the room.
    pub players: &'a [PlayerInfo],
}

impl<'a> BrainView<'a> {
    /// Where something of the snapshot is by now, if it has kept its course.
    pub fn by_now(&self, position: Vec2, velocity: Vec2) -> Vec2 {
        let lag = self.now.since(self.frame.tick).min(LAG_TICKS_MAX);
        position + velocity * (lag as f32 * self.rules.tick_seconds)
    }

    /// All ships in view but ours, where they are by now.
    pub fn others(&self) -> impl Iterator<Item = (EntityKey, ShipState)> + use<'a> {
        let view = *self;
        view.frame.ships.iter().filter(move |(_, ship)| ship.player != view.ship.player).map(
            move |(key, ship)| {
                (*key, ShipState { position: view.by_now(ship.position, ship.velocity), ..*ship })
            },
        )
    }

    /// All asteroids in view, where they are by now.
    pub fn asteroids(&self) -> impl Iterator<Item = (EntityKey, AsteroidState)> + use<'a> {
        let view = *self;
        view.frame.asteroids.iter().map(move |(key, rock)| {
            (*key, AsteroidState { position: view.by_now(rock.position, rock.velocity), ..*rock })
        })
    }

    /// All ore in view, where it is by now.
    pub fn ores(&self) -> impl Iterator<Item = (EntityKey, OreState)> + use<'a> {
        let view = *self;
        view.frame.ores.iter().map(move |(key, ore)| {
            (*key, OreState { position: view.by_now(ore.position, ore.velocity), ..*ore })
        })
    }

    /// The nearest ore within `range` that there is room for and that will still be there.
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

    /// Where to sell and repair, if anywhere.
    pub fn station(&self) -> Option<&'a Station> {
        self.rules.sector.station.as_ref()
    }

    /// Whether our guns are silent and our hull is safe here.
    pub fn is_safe(&self) -> bool {
        self.rules.is_safe(self.ship.position)
    }

    /// Units of ore in our hold.
    pub fn cargo(&self) -> u16 {
        self.frame.own.hold.iter().fold(0, |sum, units| sum.saturating_add(*units))
    }

    /// Share of the hold that is full, 0..=1.
    pub fn cargo_share(&self) -> f32 {
        let hold = self.rules.hull(self.ship.hull).hold;
        if hold == 0 { 1.0 } else { f32::from(self.cargo()) / f32::from(hold) }
    }

    /// Share of the hit points that is left, 0..=1.
    pub fn hull_share(&self) -> f32 {
        let whole = self.rules.hull(self.ship.hull).hit_points;
        f32::from(self.ship.hit_points) / f32::from(whole.max(1))
    }

    /// Distance from our ship.
    pub fn distance(&self, place: Vec2) -> f32 {
        self.ship.position.distance(place)
    }

    /// The steady speed of our ship under full thrust, units/s.
    pub fn top_speed(&self) -> f32 {
        let hull = self.rules.hull(self.ship.hull);
        hull.thrust_step * hull.drag_factor / (1.0 - hull.drag_factor).max(1e-6)
    }

    /// Whether somebody is a person.
    pub fn is_person(&self, player: PlayerId) -> bool {
        self.players.iter().any(|info| info.player == player && !info.is_bot)
    }

    /// Seconds from `earlier` to now, none if it is yet to come.
    pub fn seconds_since(&self, earlier: Tick) -> f32 {
        self.now.since(earlier) as f32 * self.rules.tick_seconds
    }

    /// The tick in so many seconds.
    pub fn after(&self, seconds: f32) -> Tick {
        self.now.plus(self.rules.ticks(seconds))
    }
}

/// Ticks over which a course is carried on: in a longer silence anything may have happened.
const LAG_TICKS_MAX: u32 = 30;
/// Seconds that a chunk of ore must still float to be worth the way.
const FLOAT_SECONDS_MIN: f32 = 2.0;
