//! Shots: where they begin, how they fly, and where they end by themselves.

use glam::Vec2;

use super::coast::coast_freely;
use crate::sim::entities::{ShipState, ShotState, ShotTold};
use crate::sim::rules::Rules;
use crate::units::{Tick, snap_position, snap_velocity};

/// A gun in a tick: it cools down, energy comes back, and it fires if the trigger is held and both do. In a safe zone no gun
/// does. Returns whether it has fired.
pub fn pull_trigger(
    ship: &ShipState,
    gun_cooldown: &mut u8,
    energy: &mut u16,
    is_held: bool,
    rules: &Rules,
) -> bool {
    let reserve = rules.energy(ship.hull, &ship.fit);
    let weapon = rules.weapon(ship.fit.weapon);
    *gun_cooldown = gun_cooldown.saturating_sub(1);
    *energy = energy.saturating_add(reserve.step).min(reserve.most);
    let is_ready = *gun_cooldown == 0 && *energy >= weapon.energy;
    if !is_held || !is_ready || rules.is_safe(ship.position) {
        return false;
    }
    *gun_cooldown = weapon.interval_ticks;
    *energy -= weapon.energy;
    true
}

/// The shot that a ship fires straight along its aim, in the open, at the end of tick `now`: a function of its state alone, so that a client
/// that sees the ship need not be told where the shot begins.
pub fn muzzle(ship: &ShipState, rules: &Rules, now: Tick) -> ShotState {
    let hull = rules.hull(ship.hull);
    let weapon = rules.weapon(ship.fit.weapon);
    let direction = ship.aim.direction();
    let told = ShotTold {
        shooter: ship.player,
        weapon: ship.fit.weapon,
        expires: now.plus(u32::from(weapon.lifetime_ticks)),
    };
    let position = snap_position(ship.position + direction * (hull.radius + weapon.radius));
    ShotState::new(told, position, snap_velocity(ship.velocity + direction * weapon.speed))
}

/// One of the shots of a firing, among walls: what leaves the gun, and in which tick it is gone. A gun that touches a wall
/// fires into it.
pub fn shoot(ship: &ShipState, rules: &Rules, now: Tick, pellet: u8) -> ShotState {
    let aim = ship.aim.turned(rules.weapon(ship.fit.weapon).turn(pellet));
    let mut shot = muzzle(&ShipState { aim, ..*ship }, rules, now);
    if rules.walls.is_empty() {
        return shot;
    }
    let radius = rules.weapon(shot.weapon).radius;
    shot.position = snap_position(rules.walls.reach_towards(ship.position, shot.position, radius));
    end_of_shot(shot, rules, now)
}

/// A shot at its place of tick `now`, told in which tick it is gone: when its time is over, or when it meets a wall. Its
/// whole path is known, so both ends find the same, and a shot that ends at a wall is not told of again.
pub fn end_of_shot(shot: ShotState, rules: &Rules, now: Tick) -> ShotState {
    if rules.walls.is_empty() {
        return shot.ending(shot.expires);
    }
    // A sector with walls always has the same side.
    let (radius, side) = (rules.weapon(shot.weapon).radius, rules.side(0));
    let ticks = shot.expires.since(now);
    let to = shot.position + shot.velocity * (rules.tick_seconds * ticks as f32);
    let is_inside = to.abs().max_element() < side / 2.0 - radius - 1.0;
    // Each tick of its path is rounded, by half a step of the grid at most.
    if is_inside && !rules.walls.is_near(shot.position, to, radius + 0.02 * ticks as f32) {
        return shot.ending(shot.expires);
    }
    let mut flying = shot;
    for tick in 1..ticks {
        let from = flying.position;
        fly_shot(&mut flying, rules, side);
        if rules.walls.first_touch(from, flying.position, radius).is_some() {
            return shot.ending(now.plus(tick));
        }
    }
    shot.ending(shot.expires)
}

/// Where a shot that is at its place of tick `now` is when it ends.
pub fn last_place(shot: &ShotState, rules: &Rules, side: f32, now: Tick) -> Vec2 {
    let mut flying = *shot;
    let mut from = shot.position;
    for _ in 0..shot.ends().since(now) {
        from = flying.position;
        fly_shot(&mut flying, rules, side);
    }
    rules.walls.reach_towards(from, flying.position, rules.weapon(shot.weapon).radius)
}

/// One tick of a shot.
pub fn fly_shot(shot: &mut ShotState, rules: &Rules, side: f32) {
    let radius = rules.weapon(shot.weapon).radius;
    coast_freely(&mut shot.position, &mut shot.velocity, radius, rules.tick_seconds, side);
}
