//! Others move evenly, our own ship moves smoothly, and nothing is reported twice.

use super::*;
use crate::content::Content;
use crate::netcode::Playout;
use crate::sim::{Fit, ShotState, ShotTold};
use crate::units::{Angle, HullId, PlayerId, Thrust, Tick, WeaponId};

const TICK: Micros = 33_333;

fn rules() -> Arc<Rules> {
    let content = Arc::new(Content::built_in().unwrap());
    Arc::new(Rules::new(content, "frontier", "frontier", 30).unwrap())
}

fn ship(player: u16, x: f32) -> ShipState {
    ShipState {
        player: PlayerId(player),
        hull: HullId(0),
        fit: Fit::default(),
        shield: 0,
        shield_wait: 0,
        position: Vec2::new(x, 0.0),
        velocity: Vec2::new(300.0, 0.0),
        aim: Angle::default(),
        aim_rate: 0,
        thrust: Thrust::towards(0),
        boosting: false,
        protected: false,
        gate_ticks: 0,
        hit_points: 100,
    }
}

/// A snapshot of one other ship that moves 10 units per tick, arriving `late` after its time.
fn frame(tick: u32, late: Micros) -> Frame {
    Frame {
        tick: Tick(tick),
        arrived: Micros::from(tick) * TICK + late,
        side: 60_000.0,
        ships: vec![(EntityKey(7), ship(1, tick as f32 * 10.0))],
        ..Frame::default()
    }
}

/// Positions at which the other ship is drawn, every `frame_micros`, while snapshots are as late as `late` says.
fn places_at(frame_micros: u64, late: impl Fn(u32) -> Micros) -> Vec<f32> {
    let mut interpolator = Interpolator::new(rules());
    let mut playout = Playout::new(30);
    let mut frames: VecDeque<Frame> = (1..300).map(|tick| frame(tick, late(tick))).collect();
    // A stream keeps its order: everything behind a late snapshot is as late.
    for index in 1..frames.len() {
        frames[index].arrived = frames[index].arrived.max(frames[index - 1].arrived);
    }
    let mut places = Vec::new();
    let (mut next_tick, mut next_frame) = (TICK + 10_000, TICK);
    for now in (TICK..290 * TICK).step_by(500) {
        while let Some(frame) = frames.pop_front_if(|frame| frame.arrived <= now) {
            playout.handle_snapshot(frame.arrived, frame.tick);
            interpolator.push_frame(frame);
        }
        if now >= next_tick {
            let predicted = Predicted {
                tick: Tick((now / TICK) as u32 + 2),
                at: now,
                view: playout.advance(now),
                ..Predicted::default()
            };
            interpolator.push_predicted(predicted);
            next_tick += TICK;
        }
        if now >= next_frame {
            let scene = interpolator.sample(now, &Controls::default());
            places.extend(scene.ships.first().map(|(_, ship)| ship.position.x));
            next_frame += frame_micros;
        }
    }
    places
}

/// The same at 60 frames per second.
fn places(late: impl Fn(u32) -> Micros) -> Vec<f32> {
    places_at(16_667, late)
}

fn assert_smooth(places: &[f32], step_max: f32) {
    // The delay settles in the first second.
    for pair in places[60..].windows(2) {
        let step = pair[1] - pair[0];
        assert!((0.0..=step_max).contains(&step), "a step of {step} units");
    }
}

#[test]
fn others_move_evenly_on_a_clean_link() {
    let places = places(|_| 5_000);
    assert_smooth(&places, 5.6);
}

#[test]
fn others_move_evenly_although_snapshots_stutter() {
    // Every other snapshot is 25 ms late: without a delay, steps would be 0 and 17 units.
    let places = places(|tick| if tick % 2 == 0 { 25_000 } else { 0 });
    assert_smooth(&places, 6.5);
}

#[test]
fn a_stall_is_bridged_without_a_jump() {
    let places =
        places(|tick| if (150..156).contains(&tick) { (156 - u64::from(tick)) * TICK } else { 0 });
    for pair in places[60..].windows(2) {
        assert!((-2.0..20.0).contains(&(pair[1] - pair[0])), "{pair:?}");
    }
}

#[test]
fn at_ten_frames_a_second_the_picture_is_no_older_than_at_sixty() {
    let (slow, fast) = (places_at(100_000, |_| 5_000), places(|_| 5_000));
    let (slow, fast) = (slow[slow.len() - 1], fast[fast.len() - 1]);
    // A ship at 300 units/s; the last frames of the two may be a tenth of a second apart.
    assert!((fast - slow).abs() < 31.0, "{fast} against {slow}");
}

#[test]
fn a_page_that_was_hidden_for_a_minute_is_right_at_its_first_frame() {
    let mut interpolator = Interpolator::new(rules());
    let mut playout = Playout::new(30);
    for tick in 1..1900 {
        let frame = frame(tick, 0);
        let now = frame.arrived;
        playout.handle_snapshot(now, frame.tick);
        interpolator.push_frame(frame);
        let view = playout.advance(now);
        let tick = Tick(tick + 2);
        interpolator.push_predicted(Predicted { tick, at: now, view, ..Predicted::default() });
        if tick.0 < 60 {
            interpolator.sample(now, &Controls::default());
        }
    }
    let x = interpolator.sample(1899 * TICK, &Controls::default()).ships[0].1.position.x;
    assert!((x - 18_980.0).abs() < 15.0, "{x}");
}

#[test]
fn beyond_the_cap_a_ship_coasts_and_comes_to_rest_instead_of_flying_off() {
    let mut interpolator = Interpolator::new(rules());
    interpolator.push_frame(frame(10, 0));
    let view = crate::netcode::View { tick: 10.0, rate: 1.0, delay_ticks: 1.0 };
    let (tick, at) = (Tick(12), 10 * TICK);
    interpolator.push_predicted(Predicted { tick, at, view, ..Predicted::default() });
    let mut at = |seconds: f64| {
        let now = 10 * TICK + (seconds * 1e6) as u64;
        interpolator.sample(now, &Controls::default()).ships[0].1
    };
    assert_eq!(at(0.1).thrust, Thrust::towards(0));
    assert_eq!(at(0.3).thrust, Thrust::NONE);
    let (one, two) = (at(1.0), at(2.0));
    assert_eq!(one.position, two.position);
    assert!(two.position.x - 100.0 < 0.7 * 300.0, "{two:?}");
}

#[test]
fn our_shot_is_drawn_from_the_tick_of_the_click_and_under_one_key_all_its_life() {
    let mut interpolator = Interpolator::new(rules());
    let told = ShotTold { shooter: PlayerId(0), weapon: WeaponId(0), expires: Tick(60) };
    let shot = ShotState::new(told, Vec2::ZERO, Vec2::new(700.0, 0.0));
    interpolator.push_frame(frame(10, 0));
    let predicted = Predicted {
        tick: Tick(15),
        at: 10 * TICK,
        ship: Some(ship(0, 0.0)),
        shots: vec![shot],
        ..Predicted::default()
    };
    interpolator.push_predicted(predicted.clone());
    let first = interpolator.sample(10 * TICK, &Controls::default()).shots.clone();
    assert_eq!(first, [(own_shot_key(Tick(60)), shot)]);
    // The server's own report of it arrives; it must not be drawn a second time.
    let mut frame = frame(15, 0);
    frame.shots.push((EntityKey(9), shot));
    interpolator.push_frame(frame);
    interpolator.push_predicted(Predicted { at: 15 * TICK, tick: Tick(20), ..predicted });
    let scene = interpolator.sample(15 * TICK, &Controls::default());
    assert_eq!(scene.shots.len(), 1);
    assert_eq!(scene.shots[0].0, first[0].0);
}

#[test]
fn a_shot_of_another_is_drawn_where_it_hits_us_once_it_is_close() {
    let mut interpolator = Interpolator::new(rules());
    let mut near = frame(10, 0);
    let told = ShotTold { shooter: PlayerId(1), weapon: WeaponId(0), expires: Tick(60) };
    let shot = |x: f32| ShotState::new(told, Vec2::new(x, 0.0), Vec2::new(-300.0, 0.0));
    near.shots = vec![(EntityKey(1), shot(30.0)), (EntityKey(2), shot(900.0))];
    interpolator.push_frame(near);
    let view = crate::netcode::View { tick: 10.0, rate: 1.0, delay_ticks: 1.0 };
    let predicted = Predicted {
        tick: Tick(16),
        at: 10 * TICK,
        ship: Some(ShipState { velocity: Vec2::ZERO, ..ship(0, 0.0) }),
        view,
        ..Predicted::default()
    };
    interpolator.push_predicted(predicted);
    let scene = interpolator.sample(10 * TICK, &Controls::default());
    // Six ticks are 60 units.
    let places: Vec<f32> = scene.shots.iter().map(|(_, shot)| shot.position.x).collect();
    assert!((places[0] + 25.0).abs() < 6.0, "{places:?}");
    assert_eq!(places[1], 900.0);
}

#[test]
fn a_correction_of_our_ship_is_smoothed_away() {
    let mut interpolator = Interpolator::new(rules());
    let mut predicted = Predicted { tick: Tick(2), at: TICK * 2, ..Predicted::default() };
    predicted.ship = Some(ShipState { velocity: Vec2::ZERO, ..ship(0, 0.0) });
    interpolator.push_frame(frame(1, 0));
    interpolator.push_predicted(predicted.clone());
    let place = |interpolator: &mut Interpolator, now| {
        interpolator.sample(now, &Controls::default()).camera.x
    };
    assert_eq!(place(&mut interpolator, TICK * 2), 0.0);
    predicted.ship = Some(ShipState { velocity: Vec2::ZERO, ..ship(0, 30.0) });
    predicted.correction = Vec2::new(30.0, 0.0);
    interpolator.push_predicted(predicted);
    assert!(place(&mut interpolator, TICK * 2) < 1.0, "no jump");
    for frame in 1..=9 {
        place(&mut interpolator, TICK * 2 + frame * 16_667);
    }
    let after = place(&mut interpolator, TICK * 2 + 160_000);
    assert!(after > 28.0, "within 160 ms it is where it belongs: {after}");
}
