//! Predicted hits: our shots against the entities on our screen, by the same test that the server makes.
//!
//! The server judges a shot against the places of other ships on our screen, up to the cap of the mode (lag
//! compensation). So a shot that hits on our screen hits on the server too. It is removed from the screen at once; if it
//! flies on at the server, it appears again.

use glam::Vec2;

use crate::netcode::view::frame::Frame;
use crate::netcode::view::playback::Around;
use crate::sim::{AsteroidState, Rules, ShipState, ShotState, share_of_path};
use crate::snapshot::EntityKey;
use crate::units::{PlayerId, Tick};

/// Units that a shot and an asteroid's drift may add to its radius, where a hit is looked for.
const ASTEROID_SLACK: f32 = 20.0;

/// The server's verdict on a predicted hit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HitOutcome {
    /// The shot hit at the server too.
    Confirmed,
    /// At the server the shot flew on, hit at another time, or was never fired.
    Denied,
}

impl HitOutcome {
    fn of(is_confirmed: bool) -> Self {
        if is_confirmed { HitOutcome::Confirmed } else { HitOutcome::Denied }
    }
}

/// A hit that waits for the server's verdict.
#[derive(Clone, Copy, Debug)]
struct PredictedHit {
    /// The tick in which the shot expires. It identifies the shot.
    expires: Tick,
    /// The tick of the hit.
    tick: Tick,
    /// The ship that was hit; `None` for an asteroid.
    ship: Option<EntityKey>,
    /// The place of the shot in that tick.
    place: Vec2,
    /// Ticks from the shot to its end.
    lifetime: u32,
}

/// The hits of our shots.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hits {
    predicted: Vec<PredictedHit>,
    /// Shots whose predicted hit was denied: they are not judged again.
    denied: Vec<Tick>,
}

/// The content of our screen in a client tick.
pub(crate) struct Sight<'a> {
    /// The tick.
    pub tick: Tick,
    /// The snapshots around the moment that others are shown at, `None` when they are further in the past
    /// than the server takes into account.
    pub around: Option<Around<'a>>,
    /// Asteroids, in the present.
    pub asteroids: &'a [AsteroidState],
    /// The pilot of the shots.
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
            if let Some((position, ship)) = first_touch(shot, sight, rules) {
                let (expires, tick) = (shot.expires, sight.tick);
                self.predicted.push(PredictedHit {
                    expires,
                    tick,
                    ship,
                    place: position,
                    lifetime,
                });
                struck.push(shot.at(position));
            }
        }
        struck
    }

    /// Whether a shot is seen to have hit something.
    pub fn has_struck(&self, shot: &ShotState) -> bool {
        self.predicted.iter().any(|hit| hit.expires == shot.expires)
    }

    /// Compares the predicted hits with a snapshot and the one before it. Returns the outcomes that these decide.
    pub fn reconcile(
        &mut self,
        frame: &Frame,
        last: Option<&Frame>,
        rules: &Rules,
    ) -> Vec<HitOutcome> {
        let mut outcomes = Vec::new();
        self.predicted.retain(|hit| {
            let is_due = frame.tick >= hit.tick;
            let known = last.and_then(|last| hit.shot_in(last));
            let outcome = match (known, hit.shot_in(frame)) {
                (None, None) | (_, Some(_)) if !is_due => return true,
                (_, Some(_)) => {
                    self.denied.push(hit.expires);
                    HitOutcome::Denied
                }
                (Some(_), None) if is_due => HitOutcome::Confirmed,
                (Some((key, shot)), None) => hit.compare_end(key, shot, frame, rules),
                (None, None) => hit.compare_harm(frame, last, rules),
            };
            outcomes.push(outcome);
            false
        });
        self.denied.retain(|expires| *expires > frame.tick);
        outcomes
    }
}

impl PredictedHit {
    /// The shot in a snapshot.
    fn shot_in<'a>(&self, frame: &'a Frame) -> Option<(EntityKey, &'a ShotState)> {
        let own = |shot: &ShotState| shot.shooter == frame.player && shot.expires == self.expires;
        frame.shots.iter().find(|(_, shot)| own(shot)).map(|(key, shot)| (*key, shot))
    }

    /// For a shot that ended before its predicted hit: it is the same hit if the shot was destroyed at most a tick's flight
    /// away from the predicted place.
    fn compare_end(
        &self,
        key: EntityKey,
        shot: &ShotState,
        frame: &Frame,
        rules: &Rules,
    ) -> HitOutcome {
        let end = frame.removals.iter().find(|removal| removal.key == key);
        let flight = shot.velocity.length() * rules.tick_seconds;
        let is_same =
            end.is_some_and(|end| end.destroyed && end.position.distance(self.place) <= flight);
        HitOutcome::of(is_same)
    }

    /// For a shot that is in no snapshot, because it was fired and ended between two of them: the damage of its target
    /// shows whether it hit.
    fn compare_harm(&self, frame: &Frame, last: Option<&Frame>, rules: &Rules) -> HitOutcome {
        // A snapshot in between would have shown it: then it was never fired.
        let fired = self.expires.minus(self.lifetime);
        let unharmed = last.filter(|last| last.tick < fired);
        let is_destroyed = |key: EntityKey| {
            frame.removals.iter().any(|removal| removal.key == key && removal.destroyed)
        };
        let is_harmed = unharmed.is_some_and(|before| match self.ship {
            Some(key) => ship_in(before, key).is_some_and(|before| {
                ship_in(frame, key)
                    .map_or_else(|| is_destroyed(key), |now| now.is_hurt_since(before))
            }),
            None => before.asteroids.iter().any(|(key, asteroid)| {
                let radius = rules.content.asteroid_size(asteroid.size).radius;
                // It drifts far less than that meanwhile.
                let reach = radius + ASTEROID_SLACK;
                let now = frame.asteroids.iter().find(|(other, _)| other == key);
                asteroid.position.distance(self.place) <= reach
                    && now.map_or_else(
                        || is_destroyed(*key),
                        |(_, now)| now.hit_points < asteroid.hit_points,
                    )
            }),
        });
        HitOutcome::of(is_harmed)
    }
}

fn ship_in(frame: &Frame, key: EntityKey) -> Option<&ShipState> {
    frame.ships.iter().find(|(other, _)| *other == key).map(|(_, ship)| ship)
}

/// Where a shot first touches something on its way of this tick.
fn first_touch(
    shot: &ShotState,
    sight: &Sight<'_>,
    rules: &Rules,
) -> Option<(Vec2, Option<EntityKey>)> {
    let radius = rules.weapon(shot.weapon).radius;
    let to = shot.position;
    let from = to - shot.velocity * rules.tick_seconds;
    let mut first: Option<(f32, Option<EntityKey>)> = None;
    let mut consider = |centre: Vec2, reach: f32, ship: Option<EntityKey>| {
        if let Some(share) = share_of_path(from, to, centre, reach)
            && first.is_none_or(|(nearest, _)| share < nearest)
        {
            first = Some((share, ship));
        }
    };
    for asteroid in sight.asteroids {
        let reach = radius + rules.content.asteroid_size(asteroid.size).radius;
        if is_near(asteroid.position, to, reach + from.distance(to)) {
            consider(asteroid.position, reach, None);
        }
    }
    if let Some(around) = &sight.around {
        let mut index = 0;
        for (key, ship) in &around.from.ships {
            let reach = radius + rules.hull(ship.hull).radius;
            // A ship moves less between two snapshots than this.
            let slack = from.distance(to) * 2.0 + ship.velocity.length();
            if ship.player != sight.player && is_near(ship.position, to, reach + slack) {
                let place = around.ship(*key, ship, &mut index, rules).position;
                consider(place, reach, Some(*key));
            }
        }
    }
    first.map(|(share, ship)| (from.lerp(to, share), ship))
}

fn is_near(a: Vec2, b: Vec2, reach: f32) -> bool {
    (a - b).abs().max_element() <= reach
}

#[cfg(all(test, feature = "content-files"))]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::content::Content;
    use crate::sim::{Fit, ShotTold};
    use crate::snapshot::{EntityKind, Removal};
    use crate::units::{Angle, HullId, Thrust, WeaponId};

    const US: PlayerId = PlayerId(0);
    const THEM: PlayerId = PlayerId(1);
    const SHOT: EntityKey = EntityKey(5);
    const SHIP: EntityKey = EntityKey(7);

    fn rules() -> Rules {
        let content = Arc::new(Content::built_in().unwrap());
        Rules::new(content, "frontier", "frontier", 30).unwrap()
    }

    fn shot(x: f32) -> ShotState {
        let told = ShotTold { shooter: US, weapon: WeaponId(0), expires: Tick(60) };
        ShotState::new(told, Vec2::new(x, 0.0), Vec2::new(700.0, 0.0))
    }

    /// A snapshot with a ship of theirs at 100 units, and perhaps our shot.
    fn frame(tick: u32, hit_points: u16, shot: Option<ShotState>) -> Frame {
        let ship = ShipState {
            player: THEM,
            position: Vec2::new(100.0, 0.0),
            hit_points,
            hull: HullId(0),
            fit: Fit::default(),
            shield: 0,
            shield_wait: 0,
            velocity: Vec2::ZERO,
            aim: Angle::default(),
            aim_rate: 0,
            thrust: Thrust::NONE,
            boosting: false,
            protected: false,
            gate_ticks: 0,
        };
        Frame {
            tick: Tick(tick),
            player: US,
            ships: vec![(SHIP, ship)],
            shots: shot.map(|shot| (SHOT, shot)).into_iter().collect(),
            ..Frame::default()
        }
    }

    /// Hits that were predicted for tick 20, in which the shot came to the ship.
    fn predicted(rules: &Rules) -> Hits {
        let seen = frame(15, 100, None);
        let around = Around { from: &seen, to: None, ticks: 0.0 };
        let sight = Sight { tick: Tick(20), around: Some(around), asteroids: &[], player: US };
        let mut hits = Hits::default();
        let struck = hits.judge(&[shot(90.0)], &sight, rules);
        assert_eq!(struck.len(), 1);
        assert!(hits.has_struck(&shot(90.0)));
        hits
    }

    /// The outcome of the predicted hit when these snapshots arrive.
    fn outcome(frames: &[Frame]) -> Option<HitOutcome> {
        let rules = rules();
        let mut hits = predicted(&rules);
        let pairs = frames.windows(2);
        let mut outcomes = pairs.flat_map(|pair| hits.reconcile(&pair[1], Some(&pair[0]), &rules));
        let first = outcomes.next();
        assert_eq!(outcomes.next(), None, "one hit, one outcome");
        first
    }

    #[test]
    fn a_shot_that_is_gone_in_its_tick_has_hit_and_one_that_flies_on_has_not() {
        let before = frame(19, 100, Some(shot(70.0)));
        assert_eq!(outcome(&[frame(18, 100, Some(shot(47.0))), before.clone()]), None);
        let gone = frame(20, 90, None);
        assert_eq!(outcome(&[before.clone(), gone]), Some(HitOutcome::Confirmed));
        let flying = frame(20, 100, Some(shot(93.0)));
        assert_eq!(outcome(&[before, flying]), Some(HitOutcome::Denied));
    }

    #[test]
    fn a_shot_that_ended_before_its_time_is_the_same_hit_if_it_hit_at_the_same_place() {
        let ended = |x: f32, destroyed: bool| {
            let position = Vec2::new(x, 0.0);
            let removal = Removal { key: SHOT, kind: EntityKind::Shot, position, destroyed };
            let end = Frame { removals: vec![removal], ..frame(19, 100, None) };
            outcome(&[frame(18, 100, Some(shot(50.0))), end])
        };
        assert_eq!(ended(72.0, true), Some(HitOutcome::Confirmed));
        assert_eq!(ended(72.0, false), Some(HitOutcome::Denied), "it left our view");
        assert_eq!(ended(20.0, true), Some(HitOutcome::Denied), "it hit something else");
    }

    #[test]
    fn a_shot_that_no_snapshot_told_of_has_hit_if_its_target_took_harm() {
        // It was fired in tick 15.
        let before = frame(14, 100, None);
        let hurt = frame(20, 90, None);
        assert_eq!(outcome(&[before.clone(), hurt]), Some(HitOutcome::Confirmed));
        let gone = |destroyed: bool| {
            let removal =
                Removal { key: SHIP, kind: EntityKind::Ship, position: Vec2::ZERO, destroyed };
            Frame { ships: Vec::new(), removals: vec![removal], ..frame(20, 0, None) }
        };
        assert_eq!(outcome(&[before.clone(), gone(true)]), Some(HitOutcome::Confirmed));
        assert_eq!(outcome(&[before.clone(), gone(false)]), Some(HitOutcome::Denied));
        let hurt_by_another = [before.clone(), frame(16, 100, None), frame(20, 90, None)];
        assert_eq!(outcome(&hurt_by_another), Some(HitOutcome::Denied), "it was never fired");
        let whole = frame(20, 100, None);
        assert_eq!(outcome(&[before, whole]), Some(HitOutcome::Denied));
    }
}
