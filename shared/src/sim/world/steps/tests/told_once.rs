//! The check that what clients are told once never changes.

use glam::Vec2;

use super::{add_rock, field, run};
use crate::sim::world::told_once::ToldOnce;
use crate::units::OreId;

#[test]
#[should_panic = "a chunk of ore is what was told of it"]
fn a_step_after_which_a_chunk_has_another_expiry_is_found_at_once() {
    let mut world = field();
    world.add_ore(OreId(0), 5, Vec2::new(10.0, 0.0), Vec2::ZERO);
    let mut before = ToldOnce::default();
    before.note(&world);
    run(&mut world, 1, &[]);
    world.change_told_expiry_of_ore();
    before.check(&world);
}

#[test]
#[should_panic = "an asteroid drifts as it was told"]
fn hit_points_that_an_asteroid_loses_without_a_word_are_found_at_once() {
    let mut world = field();
    add_rock(&mut world, 0, Vec2::ZERO);
    run(&mut world, 1, &[]);
    let mut before = ToldOnce::default();
    before.note(&world);
    run(&mut world, 1, &[]);
    world.state.asteroids.values_mut().for_each(|rock| rock.state.hit_points -= 1);
    before.check(&world);
}
