//! The network panel's bad link, worked as a player would, and what it does to the flight.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::driver::{Driver, PATIENCE, Page};
use crate::{own_place, serve};

/// Rocks, ore and a station, and nobody else.
const ROOM: &str = "frontier";
/// The link to fly on, and what the page must then say of the round trip.
const BAD_LINK: &str = "latency=150ms,jitter=50ms";
const PING_MS_MIN: f64 = 300.0;
/// Time in which the client finds the pace of a new link, and the ship leaves the station.
const SETTLING: Duration = Duration::from_secs(10);
/// The key for boosting, as WebDriver names it.
const SHIFT: char = '\u{e008}';
/// Looks at the figures while each of the keys of a flight is held, and the time before each: longer than a round trip.
const LOOKS_PER_LEG: u32 = 2;
const LOOK_INTERVAL: Duration = Duration::from_millis(600);
/// Ticks between looks at which and before which every command was known to be in time: in these there must be no correction
/// at all. What came late is corrected, as it must be: a few in a thousand on this link, more on a machine that is starved.
/// So the ship flies until so many ticks were clean.
const CLEAN_TICKS: u64 = 300;

fn corrections(stats: &Value) -> u64 {
    stats["corrections"].as_u64().unwrap()
}

/// Commands that were late, and those of which it is not known: of the ticks without a snapshot of their own.
fn maybe_late(stats: &Value) -> u64 {
    let count = |name: &str| stats[name].as_u64().unwrap();
    count("inputs_late") + count("snapshots_expected") - count("snapshots_received")
}

fn ticks_between(before: &Value, after: &Value) -> u64 {
    let ticks = |stats: &Value| stats["predicted_ticks"].as_u64().unwrap();
    ticks(after) - ticks(before)
}

/// What a flight was like so far.
struct Flight {
    start: Value,
    last: Value,
    /// Whether there was no command before the last look that may have been late.
    was_in_time: bool,
    clean_ticks: u64,
}

impl Flight {
    fn new(stats: Value) -> Self {
        Flight { start: stats.clone(), last: stats, was_in_time: false, clean_ticks: 0 }
    }

    /// Takes in a look at the figures.
    fn note(&mut self, stats: Value) {
        let Flight { start, last, .. } = self;
        let is_in_time = maybe_late(&stats) == maybe_late(last);
        if is_in_time && self.was_in_time {
            assert_eq!(
                corrections(&stats),
                corrections(last),
                "all in time on {BAD_LINK}: {stats}"
            );
            self.clean_ticks += ticks_between(last, &stats);
        }
        let (late, ticks) = (maybe_late(&stats) - maybe_late(start), ticks_between(start, &stats));
        assert!(
            corrections(&stats) - corrections(start) <= late,
            "corrections in {ticks} predicted ticks, {late} of them maybe late, alone on {BAD_LINK}; before: {start}; after: {stats}"
        );
        (self.was_in_time, self.last) = (is_in_time, stats);
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
    let mut flight = Flight::new(before.clone());
    let legs = [['w', 'd'], ['d', 's'], ['s', 'a'], ['a', 'w'], [SHIFT, 'd'], ['w', ' ']];
    let start = Instant::now();
    for keys in legs.into_iter().cycle() {
        page.keys(&keys, true).await;
        for _ in 0..LOOKS_PER_LEG {
            tokio::time::sleep(LOOK_INTERVAL).await;
            flight.note(page.stats().await);
        }
        page.keys(&keys, false).await;
        // A machine so starved that hardly a tick is known to be in time shows less, and that is no fault of the game.
        if flight.clean_ticks >= CLEAN_TICKS || start.elapsed() > PATIENCE {
            break;
        }
    }
    eprintln!("{} ticks known to be in time, in {:.0?}", flight.clean_ticks, start.elapsed());
    let after = page.stats().await;
    page.screenshot("bad-link-flight").await;
    let (from, to) = (own_place(&before), own_place(&after));
    assert!((from.x - to.x).hypot(from.y - to.y) > 50.0, "the ship flew: {from:?}, {to:?}");

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
         return fault.innerText.includes('unknown property `wasd`')",
    )
    .await;
    assert_eq!(page.stats().await["link"], json!(""), "what is misspelt changes nothing");
    let text = page.run("return window.driftfield.set_link('latency=80') ?? null").await;
    assert_eq!(text, json!("`80` is not a time such as 80ms or 1.5s; the longest is one hour"));
    let end = own_place(&page.stats().await);
    assert!((start.x - end.x).hypot(start.y - end.y) < 5.0, "steered: {start:?}, {end:?}");
}
