//! A room and its clients over links that lag and stutter, on virtual time: what is predicted stays true.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftfield_shared::content::Content;
use driftfield_shared::netcode::{Client, ClientConfig, ClientEvent, Link, LinkProfile};
use driftfield_shared::sim::{Rng, Rules};
use driftfield_shared::units::{Angle, Controls, Thrust};

use super::RoomSettings;
use super::room::Room;
use crate::connection::{Connection, LocalLink};
use crate::metrics::Metrics;

/// Steps of virtual time: a client runs its ticks as punctually as this.
const STEP_MICROS: u64 = 1_000;
const TICK_MICROS: u64 = 33_333;

/// What a flight of a minute over a link came to.
#[derive(Debug)]
struct Flight {
    corrections: u64,
    predicted: u64,
    snapshots: u64,
    expected: u64,
    effects_ms: Vec<f64>,
}

fn fly(profile: &str, seed: u64) -> Flight {
    let profile: LinkProfile = profile.parse().unwrap();
    let content = Arc::new(Content::built_in().unwrap());
    let rules = Arc::new(Rules::new(content, "frontier", "frontier", 30).unwrap());
    let settings = RoomSettings {
        id: "test".into(),
        name: "Test".into(),
        rules,
        max_players: 4,
        grace_seconds: 2.0,
        seed,
        data_dir: None,
    };
    let mut room = Room::new(settings, Metrics::new().room("test"));
    let start = Instant::now();
    let (connection, link) = Connection::in_process();
    room.admit(connection, start);
    let config = ClientConfig { name: "Ada".into(), token: None, is_bot: false };
    let mut client = Client::new(config);
    let (mut up, mut down) = Link::pair(profile, seed, 0);
    let mut rng = Rng::new(seed);
    let mut flight =
        Flight { corrections: 0, predicted: 0, snapshots: 0, expected: 0, effects_ms: Vec::new() };
    client.handle_open(1);
    for now in (STEP_MICROS..60_000_000).step_by(STEP_MICROS as usize) {
        while let Some(bytes) = up.poll(now) {
            link.try_send(bytes).unwrap();
        }
        if now % TICK_MICROS < STEP_MICROS {
            room.read_and_step(start + Duration::from_micros(now));
            room.write(start + Duration::from_micros(now));
            drain(&link, now, &mut down);
        }
        while let Some(bytes) = down.poll(now) {
            client.handle_message(now, &bytes).unwrap();
        }
        if rng.below(400) == 0 {
            client.set_controls(Controls {
                thrust: Thrust::towards(rng.below(32) as u8),
                boost: rng.below(3) == 0,
                fire: rng.below(2) == 0,
                aim: Angle::from_steps(rng.below(4096) as u16),
            });
        }
        client.handle_time(now);
        while let Some(bytes) = client.poll_transmit() {
            up.send(now, bytes.len(), bytes);
        }
        while let Some(event) = client.poll_event() {
            // The first seconds find the clock's place.
            if now > 10_000_000 {
                match event {
                    ClientEvent::Corrected(_) => flight.corrections += 1,
                    ClientEvent::InputEffect(micros) => {
                        flight.effects_ms.push(micros as f64 / 1e3);
                    }
                    ClientEvent::Predicted(_) => flight.predicted += 1,
                    _ => {}
                }
            }
        }
    }
    flight.snapshots = client.stats().snapshots_received;
    flight.expected = client.stats().snapshots_expected;
    flight
}

fn drain(link: &LocalLink, now: u64, down: &mut Link<Vec<u8>>) {
    while let Ok(Some(bytes)) = link.try_receive() {
        down.send(now, bytes.len(), bytes.to_vec());
    }
}

#[test]
fn on_a_steady_link_of_any_latency_nothing_is_ever_corrected() {
    // One way; the round trip is twice that.
    for (seed, latency_ms) in [(1, 0), (2, 10), (3, 40), (4, 100), (5, 200)] {
        let flight = fly(&format!("latency={latency_ms}ms"), seed);
        // The clock touches the edge now and then to stay near it: a late command is a correction.
        assert!(flight.corrections <= 3, "seed {seed}: {flight:?}");
        assert!(flight.predicted > 1_400, "seed {seed}: {flight:?}");
        assert_eq!(flight.snapshots, flight.expected, "seed {seed}: every tick's snapshot came");
    }
}

#[test]
fn on_a_link_that_stutters_nearly_every_prediction_is_right() {
    for seed in 1..=8 {
        let flight = fly("latency=40ms,jitter=20ms", seed);
        assert!(flight.corrections * 50 < flight.predicted, "seed {seed}: {flight:?}");
        assert!(flight.snapshots * 100 >= flight.expected * 99, "seed {seed}: {flight:?}");
    }
}

#[test]
fn stalls_cost_their_own_time_and_the_flight_goes_on() {
    for seed in 1..=4 {
        let flight = fly("latency=40ms,stall=500ms/10s", seed);
        assert!(flight.corrections * 10 < flight.predicted, "seed {seed}: {flight:?}");
        assert!(flight.snapshots * 100 >= flight.expected * 85, "seed {seed}: {flight:?}");
    }
}
