//! Composes whole frames natively.

use driftfield_shared::netcode::{EntityKey, EntityKind, Removal, Scene};
use driftfield_shared::sim::{ShipState, ShotState, ShotTold};
use driftfield_shared::units::{Angle, PlayerId, Thrust, Tick};
use glam::Vec2;

use super::super::tests::content;
use super::super::visuals::{NoRoster, PlayerLook, Roster};
use super::*;

struct Names;

impl Roster for Names {
    fn look(&self, player: PlayerId) -> Option<PlayerLook<'_>> {
        (player != PlayerId(9)).then_some(PlayerLook { name: "Ada", is_bot: false })
    }
}

fn ship(player: u16, position: Vec2) -> (EntityKey, ShipState) {
    let state = ShipState {
        player: PlayerId(player),
        hull: Default::default(),
        position,
        velocity: Vec2::new(100.0, 0.0),
        aim: Angle::from_radians(1.0),
        aim_rate: 0,
        thrust: Thrust::towards(0),
        boosting: false,
        protected: false,
        gate_ticks: 0,
        hit_points: 100,
        fit: Default::default(),
        shield: 0,
        shield_wait: 0,
    };
    (EntityKey(u32::from(player)), state)
}

fn shot(key: u32, position: Vec2) -> (EntityKey, ShotState) {
    let told = ShotTold { shooter: PlayerId(2), weapon: Default::default(), expires: Tick(99) };
    (EntityKey(key), ShotState::new(told, position, Vec2::new(700.0, 0.0)))
}

fn scene(ships: &[(EntityKey, ShipState)]) -> Scene {
    Scene { side: 6000.0, player: PlayerId(1), ships: ships.to_vec(), ..Scene::default() }
}

fn composer() -> Composer {
    let content = content();
    let sector = content.sector("frontier").unwrap();
    Composer::new(&content, sector)
}

fn compose<'a>(
    composer: &'a mut Composer,
    scene: &Scene,
    seconds: f64,
) -> (FrameInfo, &'a DrawList) {
    let visuals = Visuals {
        reduced_motion: false,
        bloom: 1.0,
        boost: 0.5,
        shield: 1.0,
        energy: 1.0,
        hold: 40,
        ui_scale: 1.0,
        plates: &[],
        pings: &[],
        mates: &[],
        quality: None,
        roster: &Names,
    };
    composer.compose(scene, seconds, &visuals, Quality::High)
}

#[test]
fn a_ship_is_drawn_once_and_ours_last() {
    let mut composer = composer();
    let scene = scene(&[ship(1, Vec2::ZERO), ship(2, Vec2::new(50.0, 0.0))]);
    let (_, list) = compose(&mut composer, &scene, 0.0);
    assert_eq!(list.ships.count(), 2);
    assert_eq!([list.ships.value(0, 12), list.ships.value(1, 12)], [0.0, 1.0]);
}

#[test]
fn all_rims_of_walls_come_before_all_bodies_and_gates_in_view_are_drawn() {
    let content = content();
    let sector = content.sector("frontier").unwrap();
    let gate = &sector.gates[0];
    let mut composer = composer();
    let (_, list) = compose(&mut composer, &scene(&[]), 0.0);
    let count = list.walls.count();
    assert!(count > 0 && count.is_multiple_of(2), "Harbour has breakwaters");
    let is_body: Vec<f32> = (0..count).map(|index| list.walls.value(index, 5)).collect();
    assert!(is_body.is_sorted() && is_body[count / 2 - 1] < is_body[count / 2], "{is_body:?}");
    assert_eq!(list.gates.count(), 0);
    let mut at_gate = scene(&[ship(1, gate.position)]);
    at_gate.camera = gate.position;
    let mut composer = self::composer();
    let (_, list) = compose(&mut composer, &at_gate, 0.0);
    assert_eq!((list.gates.count(), list.gates.value(0, 5)), (1, 0.0), "it is open");
    // Then we pass it, far away, and nothing glides there.
    at_gate.ships[0].1.gate_ticks = 30;
    let exit = gate.position + Vec2::new(700.0, 0.0);
    (at_gate.camera, at_gate.ships[0].1.position) = (exit, exit);
    let (info, _) = compose(&mut composer, &at_gate, 0.02);
    assert!(info.view.center.distance(exit) < 100.0, "{}", info.view.center);
}

#[test]
fn what_is_off_the_screen_is_not_sent() {
    let mut composer = composer();
    let far = Vec2::new(2500.0, 0.0);
    let scene = Scene { shots: vec![shot(7, far)], ..scene(&[ship(2, far)]) };
    let (_, list) = compose(&mut composer, &scene, 0.0);
    assert_eq!((list.ships.count(), list.shots.count()), (0, 0));
}

#[test]
fn a_new_shot_flashes_at_its_gun_and_an_old_one_does_not() {
    let mut composer = composer();
    let ships = [ship(2, Vec2::ZERO)];
    compose(&mut composer, &scene(&ships), 0.0);
    let before = composer.effects.particles().count();
    let firing = Scene { shots: vec![shot(7, Vec2::new(30.0, 0.0))], ..scene(&ships) };
    compose(&mut composer, &firing, 0.001);
    let after = composer.effects.particles().count();
    assert!(after > before);
    compose(&mut composer, &firing, 0.002);
    assert_eq!(composer.effects.particles().count(), after);
}

#[test]
fn a_death_explodes_and_leaving_the_view_does_not() {
    for (destroyed, explodes) in [(true, true), (false, false)] {
        let mut composer = composer();
        let place = Vec2::new(100.0, 0.0);
        compose(&mut composer, &scene(&[ship(2, place)]), 0.0);
        let removal =
            Removal { key: EntityKey(2), kind: EntityKind::Ship, position: place, destroyed };
        compose(&mut composer, &Scene { removals: vec![removal], ..scene(&[]) }, 0.016);
        assert_eq!(composer.effects.particles().count() > 20, explodes);
    }
}

#[test]
fn names_are_asked_for_once_and_then_drawn() {
    let mut composer = composer();
    let scene = scene(&[ship(2, Vec2::new(40.0, 0.0)), ship(9, Vec2::new(-40.0, 0.0))]);
    let (_, list) = compose(&mut composer, &scene, 0.0);
    let marks = list.overlay.count();
    let mut texts = Vec::new();
    while let Some(wanted) = composer.labels().poll_wanted() {
        composer.labels().set_width(&wanted.text, 60);
        texts.push(wanted.text);
    }
    texts.sort();
    assert_eq!(texts, ["Ada", "Harbour"]);
    let (_, list) = compose(&mut composer, &scene, 0.016);
    assert_eq!(list.overlay.count(), marks + 2);
    assert_eq!(composer.labels().poll_wanted(), None);
}

#[test]
fn the_way_to_the_station_stays_on_the_screen() {
    let mut composer = composer();
    for at in [Vec2::new(2500.0, 0.0), Vec2::new(-400.0, 2700.0), Vec2::new(0.0, 1200.0)] {
        let scene = Scene { camera: at, ..scene(&[]) };
        let (info, list) = compose(&mut composer, &scene, 0.0);
        assert_eq!(list.overlay.count(), 1);
        let place = Vec2::new(list.overlay.value(0, 0), list.overlay.value(0, 1));
        assert!(place.abs().cmple(info.css / 2.0 - 40.0).all(), "{place}");
        assert!(place.dot(-at) > 0.0, "{place} does not point back from {at}");
    }
}

/// The marks over a picture of `css` pixels: place, half size and kind of each.
fn marks(css: Vec2, scene: &Scene, ui_scale: f32) -> Vec<(Vec2, f32, f32)> {
    let mut composer = composer();
    composer.resize(css);
    let visuals = Visuals {
        reduced_motion: true,
        bloom: 1.0,
        boost: 1.0,
        shield: 1.0,
        energy: 1.0,
        hold: 40,
        ui_scale,
        plates: &[],
        pings: &[],
        mates: &[],
        quality: None,
        roster: &NoRoster,
    };
    let (_, list) = composer.compose(scene, 0.0, &visuals, Quality::High);
    let value = |mark, index| list.overlay.value(mark, index);
    (0..list.overlay.count())
        .map(|mark| (Vec2::new(value(mark, 0), value(mark, 1)), value(mark, 2), value(mark, 12)))
        .collect()
}

#[test]
fn a_ship_that_the_window_cuts_off_has_an_arrow_at_the_edge_and_one_in_sight_has_none() {
    const ARROW: f32 = 2.0;
    let phone = Vec2::new(390.0, 844.0);
    for (x, is_cut_off) in [(250.0, false), (500.0, true), (-850.0, true)] {
        // The station is in the middle of the picture, so no arrow belongs to it.
        let scene = scene(&[ship(1, Vec2::ZERO), ship(2, Vec2::new(x, 30.0))]);
        let marks = marks(phone, &scene, 1.0);
        let arrows: Vec<_> = marks.iter().filter(|(_, _, kind)| *kind == ARROW).collect();
        assert_eq!(arrows.len(), usize::from(is_cut_off), "a ship at {x}");
        for (place, ..) in arrows {
            assert_eq!(place.x.signum(), x.signum(), "{place}");
            assert!(place.x.abs() > 150.0 && place.x.abs() < 195.0, "{place}");
        }
    }
}

#[test]
fn where_nothing_is_known_it_is_dark() {
    let darkness = |css| {
        let scene = scene(&[ship(1, Vec2::ZERO)]);
        marks(css, &scene, 1.0).into_iter().filter(|(_, _, kind)| *kind == 5.0).count()
    };
    assert_eq!(darkness(Vec2::new(1280.0, 800.0)), 0);
    assert_eq!(darkness(Vec2::new(390.0, 844.0)), 2, "above and below");
    assert_eq!(darkness(Vec2::new(5120.0, 1440.0)), 2, "left and right");
}

#[test]
fn marks_grow_with_the_interface() {
    let scene = Scene { camera: Vec2::new(2_500.0, 0.0), ..scene(&[]) };
    let size = |ui_scale| marks(Vec2::new(1280.0, 800.0), &scene, ui_scale)[0].1;
    assert_eq!(size(2.0), 2.0 * size(1.0));
}

#[test]
fn the_fence_covers_the_edge_without_overlap() {
    let mut composer = composer();
    let (_, list) = compose(&mut composer, &scene(&[]), 0.0);
    assert_eq!(list.fence.count(), 0);
    composer = super::tests::composer();
    let scene = Scene { camera: Vec2::splat(2990.0), ..scene(&[]) };
    let (info, list) = compose(&mut composer, &scene, 0.0);
    let (mut area, inner) = (0.0, 2880.0);
    for strip in 0..list.fence.count() {
        let at = |index| list.fence.value(strip, index);
        area += (at(2) - at(0)) * (at(3) - at(1));
    }
    let (min, all) = (info.view.center - info.view.half, info.view.half * 2.0);
    let clear = (Vec2::splat(inner) - min).max(Vec2::ZERO);
    let wanted = all.x * all.y - clear.x * clear.y;
    assert!((area - wanted).abs() < 0.01 * wanted, "{area} {wanted}");
}

#[test]
fn nonsense_times_and_unknown_identifiers_do_no_harm() {
    let mut composer = composer();
    let mut stranger = ship(2, Vec2::ZERO);
    stranger.1.hull.0 = 63;
    for seconds in [1.0, f64::NAN, 0.5, f64::INFINITY, -1e9, 2.0] {
        let visuals = Visuals {
            reduced_motion: true,
            bloom: f32::NAN,
            boost: f32::NAN,
            shield: f32::NAN,
            energy: f32::NAN,
            hold: 0,
            ui_scale: f32::NAN,
            plates: &[],
            pings: &[],
            mates: &[],
            quality: None,
            roster: &NoRoster,
        };
        let (_, list) = composer.compose(&scene(&[stranger]), seconds, &visuals, Quality::Low);
        assert_eq!(list.ships.count(), 1);
    }
}

#[test]
fn a_member_of_the_party_out_of_view_has_one_arrow_and_a_name_however_far_away() {
    let mut composer = composer();
    composer.resize(Vec2::new(390.0, 844.0));
    let mate = |player, place| crate::party::Mate {
        place: Some(place),
        player: PlayerId(player),
        name: "Bo".into(),
    };
    // One that is told of alone, and one whose ship is seen beyond the window.
    let scene = scene(&[ship(1, Vec2::ZERO), ship(3, Vec2::new(-850.0, 30.0))]);
    let mates = [mate(2, Vec2::new(2_500.0, 0.0)), mate(3, Vec2::ZERO)];
    let wedges = |composer: &mut Composer, mates: &[crate::party::Mate], seconds| {
        let visuals = Visuals {
            reduced_motion: false,
            bloom: 1.0,
            boost: 1.0,
            shield: 1.0,
            energy: 1.0,
            hold: 40,
            ui_scale: 1.0,
            plates: &[],
            pings: &[],
            mates,
            quality: None,
            roster: &Names,
        };
        let (_, list) = composer.compose(&scene, seconds, &visuals, Quality::High);
        let value = |mark, index| list.overlay.value(mark, index);
        let marks = (0..list.overlay.count()).filter(|mark| value(*mark, 12) == 2.0);
        marks.map(|mark| [value(mark, 0), value(mark, 1)]).collect::<Vec<_>>()
    };
    let stranger = wedges(&mut composer, &[], 0.0);
    let marked = wedges(&mut composer, &mates, 0.1);
    assert_eq!(
        (stranger.len(), marked.len()),
        (1, 2),
        "the ship that is seen has one arrow as before"
    );
    assert!(marked.iter().any(|[x, y]| *x > 0.0 && y.abs() < 1.0), "{marked:?}");
    let wanted: Vec<String> =
        std::iter::from_fn(|| composer.labels().poll_wanted()).map(|it| it.text).collect();
    assert!(wanted.contains(&"\u{25c6} Bo".to_owned()), "{wanted:?}");
}
