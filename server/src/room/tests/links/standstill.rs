//! A server that stands still for a while, as one does whose virtual machine is paused: play is right again half a second
//! after it goes on, however long that was. Time is virtual.

use driftfield_shared::netcode::ClientEvent;

use super::rig::Rig;

/// What a player has half a second after a server has stood still for so long.
fn stand_still(millis: u64) {
    for (seed, profile) in
        [(1, "latency=1ms"), (2, "latency=40ms"), (3, "latency=40ms,jitter=10ms")]
    {
        let mut rig = Rig::new("frontier", seed);
        let mut pilot = rig.join_checked(profile, seed);
        rig.run(8, &mut [&mut pilot]);
        rig.stand_still(millis, &mut [&mut pilot]);
        for _ in 0..500 {
            rig.step(&mut [&mut pilot], |_| ());
        }
        pilot.events.clear();
        rig.run(2, &mut [&mut pilot]);
        let at = format!("{millis} ms, {profile}");
        let stats = pilot.client.stats();
        let frames = pilot.events.iter().filter(|event| matches!(event, ClientEvent::Frame(_)));
        assert!(frames.count() >= 58, "{at}: {stats:?}");
        assert_eq!(pilot.corrections(), 0, "{at}: {stats:?}");
        let slowest = pilot.events.iter().filter_map(|event| match event {
            ClientEvent::InputEffect(micros) => Some(*micros),
            _ => None,
        });
        let slowest = slowest.max().unwrap_or(u64::MAX);
        // The path there and back, and what the buffers of both ends may hold.
        assert!(slowest < 350_000, "{at}: input to effect {slowest} us, {stats:?}");
        assert!(stats.input_margin_ticks <= 6, "{at}: {stats:?}");
        assert_eq!(stats.desyncs, 0, "{at}");
        assert!(stats.state_checks > 5, "{at}");
    }
}

#[test]
fn after_a_tenth_of_a_second_of_standstill_play_goes_on() {
    stand_still(100);
}

#[test]
fn half_a_second_after_half_a_second_of_standstill_all_is_right() {
    stand_still(500);
}

#[test]
fn half_a_second_after_1_second_of_standstill_all_is_right() {
    stand_still(1_000);
}

#[test]
fn half_a_second_after_2_seconds_of_standstill_all_is_right() {
    stand_still(2_000);
}

#[test]
fn half_a_second_after_5_seconds_of_standstill_all_is_right() {
    stand_still(5_000);
}

#[test]
fn half_a_second_after_10_seconds_of_standstill_all_is_right() {
    stand_still(10_000);
}

#[test]
fn half_a_second_after_12_seconds_of_standstill_all_is_right() {
    stand_still(12_000);
}

#[test]
fn half_a_second_after_30_seconds_of_standstill_all_is_right() {
    stand_still(30_000);
}

#[test]
fn half_a_second_after_60_seconds_of_standstill_all_is_right() {
    stand_still(60_000);
}

#[test]
fn at_every_tick_rate_a_steady_link_is_played_without_a_correction() {
    for (seed, tick_hz) in [(1, 10_u16), (2, 20), (3, 60), (4, 120)] {
        for profile in ["latency=5ms", "latency=50ms,jitter=15ms"] {
            let mut rig = Rig::with_tick_rate("frontier", seed, tick_hz);
            let mut pilot = rig.join_checked(profile, seed);
            rig.run(10, &mut [&mut pilot]);
            pilot.events.clear();
            rig.run(10, &mut [&mut pilot]);
            let at = format!("{tick_hz} Hz, {profile}");
            let stats = pilot.client.stats();
            assert_eq!(pilot.corrections(), 0, "{at}: {stats:?}");
            let frames = pilot.events.iter().filter(|event| matches!(event, ClientEvent::Frame(_)));
            let wanted = 10 * usize::from(tick_hz) * 95 / 100;
            assert!(frames.count() >= wanted, "{at}: {stats:?}");
            assert_eq!(stats.desyncs, 0, "{at}");
        }
    }
}
