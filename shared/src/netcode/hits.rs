//! Hits as we see them: our shots against what is on our screen, by the same test that the server makes.
//!
//! The server judges a shot against where other ships were on our screen, up to the cap of the mode (lag
//! compensation), so what is seen to hit does hit. A shot that did is taken off the screen at once; if the
//! server has it fly on, it comes back.

use glam::Vec2;

use super::frame::Frame;
use super::playback::Around;
use crate::sim::{AsteroidState, Rules, ShotState, share_of_path};
use crate::units::{PlayerId, Tick};

/// What the server said of a hit that we had predicted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HitOutcome {
    /// It saw the same.
    Confirmed,
    /// The shot flew on, or hit at another time, or was never fired.
    Denied,
}

/// A hit that the server has yet to judge.
#[derive(Clone, Copy, Debug)]
struct PredictedHit {
    /// The end of the shot, which names it.
    expires: Tick,
    /// The tick of the hit.
    tick: Tick,
}

/// The hits of our shots.
#[derive(Clone, Debug, Default)]
pub(super) struct Hits {
    predicted: Vec<PredictedHit>,
    /// Shots in the newest snapshot, by their ends.
    known: Vec<Tick>,
    /// Shots whose predicted hit was denied: they are not judged again.
    denied: Vec<Tick>,
}

/// What is on our screen in a client tick.
pub(super) struct Sight<'a> {
    /// The tick.
    pub tick: Tick,
    /// The snapshots around the moment that others are shown at, `None` when they are further in the past
    /// than the server takes into account.
    pub around: Option<Around<'a>>,
    /// Asteroids, in the present.
    pub asteroids: &'a [AsteroidState],
    /// Whose shots these are.
    pub player: PlayerId,
}

impl Hits {
    /// The shots, at their places in this tick, that hit something in it.
    pub fn judge(
        &mut self,
        shots: &[ShotState],
        sight: &Sight<'_>,
        rules: &Rules,
    ) -> Vec<ShotState> {
        let mut struck = Vec::new();
        for shot in shots {
            let lifetime = u32::from(rules.weapon(shot.weapon).lifetime_ticks);
            let has_flown = shot.expires.since(sight.tick) < lifetime;
            if !has_flown || self.has_struck(shot) || self.denied.contains(&shot.expires) {
                continue;
            }
            if let Some(position) = first_touch(shot, sight, rules) {
                self.predicted.push(PredictedHit { expires: shot.expires, tick: sight.tick });
                struck.push(ShotState { position, ..*shot });
            }
        }
        struck
    }

    /// Whether a shot is seen to have hit something.
    pub fn has_struck(&self, shot: &ShotState) -> bool {
        self.predicted.iter().any(|hit| hit.expires == shot.expires)
    }

    /// Compares with the server's word. Returns what became of hits that were predicted.
    pub fn reconcile(&mut self, frame: &Frame) -> Vec<HitOutcome> {
        let own = frame.shots.iter().map(|(_, shot)| shot);
        let flying: Vec<Tick> =
            own.filter(|shot| shot.shooter == frame.player).map(|shot| shot.expires).collect();
        let mut outcomes = Vec::new();
        self.predicted.retain(|hit| {
            let is_flying = flying.contains(&hit.expires);
            if frame.tick < hit.tick {
                // Gone before its time is a hit, too, but not the one that was seen.
                let is_gone = !is_flying && self.known.contains(&hit.expires);
                if is_gone {
                    outcomes.push(HitOutcome::Denied);
                }
                return !is_gone;
            }
            let is_confirmed = !is_flying && self.known.contains(&hit.expires);
            if is_flying {
                self.denied.push(hit.expires);
            }
            outcomes.push(match is_confirmed {
                true => HitOutcome::Confirmed,
                false => HitOutcome::Denied,
            });
            false
        });
        self.denied.retain(|expires| *expires > frame.tick);
        self.known = flying;
        outcomes
    }
}

/// Where a shot first touches something on its way of this tick.
fn first_touch(shot: &ShotState, sight: &Sight<'_>, rules: &Rules) -> Option<Vec2> {
    let radius = rules.weapon(shot.weapon).radius;
    let to = shot.position;
    let from = to - shot.velocity * rules.tick_seconds;
    let mut first: Option<f32> = None;
    let mut consider = |centre: Vec2, reach: f32| {
        if let Some(share) = share_of_path(from, to, centre, reach) {
            first = Some(first.map_or(share, |nearest| nearest.min(share)));
        }
    };
    for asteroid in sight.asteroids {
        let reach = radius + rules.content.asteroid_size(asteroid.size).radius;
        if is_near(asteroid.position, to, reach + from.distance(to)) {
            consider(asteroid.position, reach);
        }
    }
    if let Some(around) = &sight.around {
        let mut index = 0;
        for (key, ship) in &around.from.ships {
            let reach = radius + rules.hull(ship.hull).radius;
            // A ship moves less between two snapshots than this.
            let slack = from.distance(to) * 2.0 + ship.velocity.length();
            if ship.player != sight.player && is_near(ship.position, to, reach + slack) {
                consider(around.ship(*key, ship, &mut index, rules).position, reach);
            }
        }
    }
    first.map(|share| from.lerp(to, share))
}

fn is_near(a: Vec2, b: Vec2, reach: f32) -> bool {
    (a - b).abs().max_element() <= reach
}
