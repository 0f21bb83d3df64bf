//! A brain of your own: it shoots at the nearest asteroid, gathers the ore that falls out, and sells it at the station.
//!
//! `cargo run --release -p driftfield-bots --example my_brain -- ws://127.0.0.1:8080/ws`
//!
//! Ctrl-C makes it leave the room and ends it.

use driftfield_bots::sdk::toolkit::{Skill, Target, Tools};
use driftfield_bots::sdk::{Brain, BrainView, Controls, fly};

struct MyBrain {
    tools: Tools,
}

impl Brain for MyBrain {
    fn think(&mut self, view: &BrainView<'_>) -> Controls {
        let Tools { helm, gunner, patrol, .. } = &mut self.tools;
        let rock = view.nearest_asteroid();
        let steering = if view.cargo_share() > 0.8 && view.station().is_some() {
            patrol.dock(view, helm, false).unwrap_or_default()
        } else if let Some(ore) = view.nearest_ore(900.0) {
            helm.fly_to(view, ore.position, false)
        } else if let Some((_, rock)) = rock {
            helm.fly_to(view, rock.position, false)
        } else {
            patrol.search(view, helm)
        };
        let aimed = match rock {
            Some((key, rock)) => {
                gunner.track(view, &Target::asteroid(view, key, &rock), &Skill::ROCKS)
            }
            None => gunner.rest(view),
        };
        steering.and(aimed)
    }
}

fn main() {
    let url = std::env::args().nth(1).unwrap_or_else(|| "ws://127.0.0.1:8080/ws".to_owned());
    let brain = MyBrain { tools: Tools::new(1) };
    if let Err(error) = fly(&url, "My brain", brain) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
