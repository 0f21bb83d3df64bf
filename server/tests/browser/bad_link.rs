//! The network panel's bad link, worked as a player would, and what it does to the flight.

use std::time::Duration;

use serde_json::{Value, json};

use super::driver::{Driver, Page};
use super::{own_place, serve};

/// Rocks, ore and a station, and nobody else.
const ROOM: &str = "frontier";
/// The link to fly on, and what the page must then say of the round trip.
const BAD_LINK: &str = "latency=150ms,jitter=50ms";
const PING_MS_MIN: f64 = 300.0;
/// Time in which the client finds the pace of a new link, and the ship leaves the station.
const SETTLING: Duration = Duration::from_secs(10);
/// The key for boosting, as WebDriver names it.
const SHIFT: char = '\u{e008}';
/// How long each of the keys of a flight is held.
const LEG: Duration = Duration::from_millis(1_250);

/// Legs that are flown until [`CLEAN_LEGS`] of them were clean.
const LEGS_MAX: usize = 40;
/// Legs for which and before which every command was in time: in these there must be no correction at all. What came
/// late is corrected, as it must be: a few in a thousand on this link, more on a machine that is starved.
const CLEAN_LEGS: usize = 8;

fn corrections(stats: &Value) -> u64 {
    stats["corrections"].as_u64().unwrap()
}

fn inputs_late(stats: &Value) -> u64 {
    stats["inputs_late"].as_u64().unwrap()
}

/// What a flight was like so far.
#[derive(Debug)]
struct Flight {
    late: u64,
    corrections: u64,
    /// Whether the last leg was one without a late command. What is late is known and corrected a round trip later.
    was_in_time: bool,
    clean: usize,
}

impl Flight {
    fn new(stats: &Value) -> Self {
        Flight {
            late: inputs_late(stats),
            corrections: corrections(stats),
            was_in_time: false,
            clean: 0,
        }
    }

    /// Takes in the end of a leg.
    fn note(&mut self, stats: &Value) {
        let (late, corrections) = (inputs_late(stats), corrections(stats));
        let is_in_time = late == self.late;
        if is_in_time && self.was_in_time {
            assert_eq!(corrections, self.corrections, "all in time on {BAD_LINK}: {stats}");
            self.clean += 1;
        }
        *self = Flight { late, corrections, was_in_time: is_in_time, clean: self.clean };
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flight_alone_on_a_bad_link_is_never_corrected() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open(&format!("http://{server}/#room={ROOM}")).await;
    page.play("Ada").await;

    what_is_misspelt_is_told_and_steers_nothing(&page).await;
    page.write("link-profile", &format!("{BAD_LINK}\n")).await;
    page.wait_for(
        "bad link",
        &format!(
            "const stats = window.driftfield.stats();
             return stats.link === '{BAD_LINK}' && stats.ping_ms >= {PING_MS_MIN}"
        ),
    )
    .await;
    page.screenshot("network-panel").await;

    page.keys(&['d', 's'], true).await;
    tokio::time::sleep(SETTLING).await;
    page.keys(&['d', 's'], false).await;
    let before = page.stats().await;
    let mut flight = Flight::new(&before);
    let legs = [['w', 'd'], ['d', 's'], ['s', 'a'], ['a', 'w'], [SHIFT, 'd'], ['w', ' ']];
    for keys in legs.into_iter().cycle().take(LEGS_MAX) {
        page.keys(&keys, true).await;
        tokio::time::sleep(LEG).await;
        page.keys(&keys, false).await;
        flight.note(&page.stats().await);
        if flight.clean >= CLEAN_LEGS {
            break;
        }
    }
    let after = page.stats().await;
    page.screenshot("bad-link-flight").await;
    let (from, to) = (own_place(&before), own_place(&after));
    let ticks =
        after["predicted_ticks"].as_u64().unwrap() - before["predicted_ticks"].as_u64().unwrap();
    assert!(ticks > 200, "{ticks} ticks predicted");
    assert!((from.x - to.x).hypot(from.y - to.y) > 50.0, "the ship flew: {from:?}, {to:?}");
    assert!(flight.clean >= CLEAN_LEGS, "{flight:?}, alone on {BAD_LINK}; after: {after}");
    let late = inputs_late(&after) - inputs_late(&before);
    assert!(
        corrections(&after) - corrections(&before) <= late,
        "corrections in {ticks} predicted ticks, {late} of them late, alone on {BAD_LINK}; before: {before}; after: {after}"
    );

    page.keys(&['l'], true).await;
    page.keys(&['l'], false).await;
    page.click("link-off").await;
    page.wait_for("good link", "return window.driftfield.stats().link === ''").await;
    page.close().await;
}

/// Opens the panel by its key and writes what is no profile: the page says why, and no letter flies the ship.
async fn what_is_misspelt_is_told_and_steers_nothing(page: &Page) {
    let start = own_place(&page.stats().await);
    page.keys(&['l'], true).await;
    page.keys(&['l'], false).await;
    let is_focused = "return !!document.activeElement?.closest('[data-testid=bad-link]')";
    page.wait_for("keyboard at the bad link", is_focused).await;
    page.write("link-profile", "wasd=80ms\n").await;
    page.wait_for(
        "word on the mistake",
        "const fault = document.querySelector('[data-testid=link-fault]');
         return fault.innerText.includes('there is no `wasd`')",
    )
    .await;
    assert_eq!(page.stats().await["link"], json!(""), "what is misspelt changes nothing");
    let text = page.run("return window.driftfield.set_link('latency=80') ?? null").await;
    assert_eq!(text, json!("`80` is not a time like 80ms or 1.5s, of an hour at most"));
    let end = own_place(&page.stats().await);
    assert!((start.x - end.x).hypot(start.y - end.y) < 5.0, "steered: {start:?}, {end:?}");
}
