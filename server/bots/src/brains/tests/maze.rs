//! Brains among walls and gates.

use std::sync::Arc;

use driftfield_shared::content::{Content, Gate, Sector, Wall};
use driftfield_shared::sim::Rules;
use driftfield_shared::sim::maze::maze;
use driftfield_shared::units::{Controls, PlayerId};
use glam::Vec2;

use super::arena::{Arena, frame};
use crate::sdk::toolkit::{Aimed, Helm};
use crate::sdk::{Brain, BrainView};

/// Flies to a place and stops there.
struct Courier {
    helm: Helm,
    goal: Vec2,
}

impl Brain for Courier {
    fn think(&mut self, view: &BrainView<'_>) -> Controls {
        self.helm.fly_to(view, self.goal, true).and(Aimed::default())
    }
}

/// An empty frontier with these walls and gates.
fn rules(walls: Vec<Wall>, gates: Vec<Gate>) -> Rules {
    let mut content = Content::built_in().unwrap();
    let sector = content.sectors.iter_mut().find(|sector| sector.id == "frontier").unwrap();
    let (fields, rocks) = (Vec::new(), Vec::new());
    *sector = Sector { fields, rocks, walls, gates, ..sector.clone() };
    Rules::new(Arc::new(content), "frontier", "frontier", 30).unwrap()
}

/// Seconds until a courier is at its goal, at most a minute.
fn seconds_to(rules: Rules, goal: Vec2) -> u32 {
    let mut arena = Arena::under(rules, 1, &[]);
    arena.seat("courier", Box::new(Courier { helm: Helm::new(3), goal }));
    for second in 0..60 {
        let ship = *frame(&arena.world, PlayerId(0)).own_ship().unwrap();
        if ship.position.distance(goal) < 30.0 {
            return second;
        }
        arena.run(1);
    }
    60
}

fn wall(line: &[(f32, f32)]) -> Wall {
    let line = line.iter().copied().map(Vec2::from).collect();
    Wall { id: "wall".into(), line, closed: false, radius: 12.0, restitution: 0.4 }
}

fn gate(id: &str, partner: &str, position: Vec2) -> Gate {
    let (id, name, partner) = (id.to_owned(), id.to_owned(), partner.to_owned());
    Gate { id, name, partner, position, radius: 60.0, turn: 0.0, cooldown_seconds: 1.0 }
}

#[test]
fn a_bot_finds_out_of_a_pocket_and_into_another() {
    let around_harbour =
        [(900.0, 500.0), (900.0, -700.0), (-700.0, -700.0), (-700.0, 700.0), (900.0, 700.0)];
    let goal = Vec2::new(1_600.0, -100.0);
    let straight = seconds_to(rules(Vec::new(), Vec::new()), goal);
    let around = seconds_to(rules(vec![wall(&around_harbour)], Vec::new()), goal);
    assert!(straight < 12, "{straight} s");
    assert!(around < 25, "{around} s, without a wall {straight}");
}

#[test]
fn a_bot_takes_a_gate_that_shortens_its_way_and_no_other() {
    let goal = Vec2::new(-3_500.0, -3_300.0);
    let near = Vec2::new(500.0, 300.0);
    let far = Vec2::new(-3_200.0, -3_500.0);
    let straight = seconds_to(rules(Vec::new(), Vec::new()), goal);
    let through =
        seconds_to(rules(Vec::new(), vec![gate("a", "b", near), gate("b", "a", far)]), goal);
    assert!(through * 2 < straight, "{through} s through the gate, {straight} s without it");
    // In the way, and leading to where nobody wants to go.
    let goal = Vec2::new(1_400.0, 0.0);
    let gates = vec![gate("a", "b", Vec2::new(800.0, 0.0)), gate("b", "a", far)];
    let past = seconds_to(rules(Vec::new(), gates), goal);
    assert!(past < 14, "{past} s past a gate");
}

#[test]
fn in_a_maze_bots_earn_and_are_not_stuck() {
    for seed in 1..=2 {
        let rules = Rules::new(Arc::new(maze(40, 3, seed).unwrap()), "frontier", "frontier", 30);
        let crew = ["miner", "miner", "trader", "hunter"];
        let mut arena = Arena::under(rules.unwrap(), seed, &crew);
        arena.run(150);
        let stuck: u32 = arena.flyers.iter().map(|flyer| flyer.stuck).sum();
        assert!(stuck <= 2, "{}", arena.report());
        assert!(arena.credits("miner").iter().sum::<u32>() > 0, "{}", arena.report());
    }
}
