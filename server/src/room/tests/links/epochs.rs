//! A host changes figures while people fly, over links that lag, stutter and stall, on virtual time.

use std::sync::Arc;

use driftfield_shared::content::Content;
use driftfield_shared::netcode::ClientEvent;
use driftfield_shared::sim::{NamedContent, Rules};
use driftfield_shared::units::Tick;

use super::rig::{Pilot, Rig, STEP_MICROS};

/// Content whose figures differ, the more the larger `n` is; in every other one kinds change their places and names.
fn content(n: u8) -> NamedContent {
    let mut content = Content::built_in().unwrap();
    let factor = 1.0 + f32::from(n) / 8.0;
    let hull = &mut content.hulls[0];
    hull.acceleration *= factor;
    hull.boost_seconds /= factor;
    hull.hit_points -= 5 * u16::from(n);
    content.weapons[0].speed /= factor;
    content.weapons[0].lifetime_seconds /= factor;
    if n % 2 == 1 {
        let mut heron = content.hulls[0].clone();
        "heron".clone_into(&mut heron.id);
        content.hulls.insert(0, heron);
        content.asteroid_sizes[2].id = "pebble".to_owned();
    }
    Arc::new(content).into()
}

/// Lets the room go on under other content.
fn set_content(rig: &mut Rig, content: &NamedContent) -> Arc<Rules> {
    let rules = rig.room.state().world().rules().next_epoch(content.clone()).unwrap();
    let rules = Arc::new(rules);
    rig.room.set_rules(rules.clone());
    rules
}

fn epochs(pilot: &Pilot) -> usize {
    pilot.events.iter().filter(|event| matches!(event, ClientEvent::Epoch(_))).count()
}

#[test]
fn figures_change_in_mid_flight_and_nobody_is_corrected_or_out_of_step() {
    // Alone, so that nothing but the change could be predicted wrongly.
    for (seed, profile) in
        [(1, "latency=2ms"), (2, "latency=40ms,jitter=20ms"), (3, "latency=150ms,jitter=20ms")]
    {
        let mut rig = Rig::new("proving-ground", seed);
        let mut pilot = rig.join_checked(profile, seed);
        rig.run(8, &mut [&mut pilot]);
        pilot.events.clear();
        for n in 1..=4 {
            let rules = set_content(&mut rig, &content(n));
            rig.run(1, &mut [&mut pilot]);
            assert_eq!(pilot.client.wanted_content(), Some(content(n).hash()), "seed {seed}");
            let now = rig.now;
            pilot.client.handle_content(now, content(n)).unwrap();
            rig.run(5, &mut [&mut pilot]);
            assert_eq!(rig.room.state().world().rules().content_hash, rules.content_hash);
            assert_eq!(pilot.client.rules().unwrap().content_hash, rules.content_hash);
        }
        let stats = pilot.client.stats();
        assert_eq!(epochs(&pilot), 4, "seed {seed}");
        assert_eq!(pilot.corrections(), 0, "{profile}, seed {seed}: {stats:?}");
        assert!(stats.state_checks > 25 && stats.desyncs == 0, "seed {seed}: {stats:?}");
    }
}

#[test]
fn over_bad_links_in_company_what_clients_hold_is_what_the_server_thinks() {
    for seed in 1..=12 {
        let mut rig = Rig::new("frontier", seed);
        let links =
            ["latency=30ms,jitter=30ms", "latency=80ms,stall=1s/3s", "latency=5ms,rate=256kbit"];
        let mut pilots: Vec<Pilot> =
            (0..).zip(links).map(|(n, link)| rig.join_checked(link, 10 * seed + n)).collect();
        let mut all: Vec<&mut Pilot> = pilots.iter_mut().collect();
        rig.run(3, &mut all);
        for n in 0..3 {
            let content = content(n + seed as u8 % 4);
            set_content(&mut rig, &content);
            // One of them has it early, one late, one in between.
            for index in 0..all.len() {
                (0..u64::from(n) * 700_000 / STEP_MICROS).for_each(|_| rig.step(&mut all, |_| ()));
                all[index].client.handle_content(rig.now, content.clone()).unwrap();
            }
            rig.run(4, &mut all);
        }
        for pilot in &pilots {
            let stats = pilot.client.stats();
            assert!(stats.state_checks > 3 && stats.desyncs == 0, "seed {seed}: {stats:?}");
            let (own, room) = (pilot.client.rules().unwrap(), rig.room.state().world().rules());
            assert_eq!(own.content_hash, room.content_hash, "seed {seed}");
        }
    }
}

#[test]
fn who_has_not_got_the_content_waits_for_it_and_then_goes_on() {
    let mut rig = Rig::new("frontier", 1);
    let mut pilot = rig.join_checked("latency=20ms", 1);
    rig.run(4, &mut [&mut pilot]);
    let rules = set_content(&mut rig, &content(3));
    // Two seconds until the epoch begins, and three in which nothing can be read.
    rig.run(5, &mut [&mut pilot]);
    let held = pilot.client.frame().unwrap().tick;
    assert!(rig.room.tick().since(held) > 60, "the client stands at {held:?}");
    pilot.client.handle_content(rig.now, content(3)).unwrap();
    rig.run(2, &mut [&mut pilot]);
    let held = pilot.client.frame().unwrap().tick;
    assert!(rig.room.tick().since(held) < 4, "the client goes on, and is at {held:?}");
    assert_eq!(pilot.client.rules().unwrap().content_hash, rules.content_hash);
    assert_eq!(pilot.client.stats().desyncs, 0);
}

#[test]
fn who_joins_between_announcement_and_switch_is_told_of_both() {
    let mut rig = Rig::new("frontier", 1);
    let mut first = rig.join("latency=5ms", 1);
    rig.run(1, &mut [&mut first]);
    set_content(&mut rig, &content(2));
    rig.run(1, &mut [&mut first]);
    let before = rig.room.state().world().rules().content_hash;
    let mut second = rig.join_checked("latency=5ms", 2);
    rig.run(1, &mut [&mut first, &mut second]);
    assert_ne!(before, content(2).hash());
    assert_eq!(second.client.wanted_content(), Some(content(2).hash()));
    second.client.handle_content(rig.now, content(2)).unwrap();
    first.client.handle_content(rig.now, content(2)).unwrap();
    rig.run(3, &mut [&mut first, &mut second]);
    assert_eq!(second.client.rules().unwrap().content_hash, content(2).hash());
    assert_eq!(second.client.stats().desyncs, 0);
    assert!(rig.room.tick() > Tick(120));
}
