//! Coming, going and coming back: reloads, addresses, refusals, stalls, other windows.

use std::time::Duration;

use serde_json::{Value, json};

use super::driver::{Driver, IN_FLIGHT, Page};
use super::network::proxy::Proxy;
use super::serve;

/// The default room, as its id.
const ROOM: &str = "frontier";

async fn player(page: &Page) -> Value {
    page.stats().await["player"].clone()
}

/// Whether the page flies in this room.
fn flight_in(room: &str) -> String {
    format!("if (window.driftfield.stats().room !== '{room}') return false; {IN_FLIGHT}")
}

async fn wait_for_flight_as(page: &Page, seat: &Value, what: &str) {
    page.wait_for(what, IN_FLIGHT).await;
    assert_eq!(player(page).await, *seat, "{what}: the same seat");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_goes_back_into_the_ship_whatever_the_address_said() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open(&format!("http://{server}/")).await;
    page.play("Ada").await;
    let seat = player(&page).await;
    assert_eq!(page.run("return location.hash").await, json!(format!("#room={ROOM}")));

    page.run("window.isOld = true; location.reload(); return null").await;
    page.wait_for("the page anew", "return !window.isOld").await;
    wait_for_flight_as(&page, &seat, "flight after a reload").await;
    assert_eq!(page.stats().await["name"], json!("Ada"));

    // Leaving is for good: the page does not go back by itself.
    page.wait_for_end_of_start().await;
    page.keys(&['\u{e00c}'], true).await;
    page.keys(&['\u{e00c}'], false).await;
    page.wait_for("menu", "return !!document.querySelector('[data-testid=menu]')").await;
    page.click("leave").await;
    page.run("window.isOld = true; location.reload(); return null").await;
    page.wait_for(
        "the start screen",
        "return !window.isOld && document.documentElement.dataset.ready === 'yes'",
    )
    .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(page.stats().await["room"], json!(null));
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_that_is_not_there_is_named_and_there_is_a_way_back() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open(&format!("http://{server}/#room=nope")).await;
    // What a phone's keyboard writes past the field's limit.
    page.run("document.getElementById('name').value = 'Ж'.repeat(40); return null").await;
    page.click("play").await;
    let says = "const fault = document.querySelector('[data-testid=fault]');
        return !fault.hidden && fault.innerText.includes('There is no room “nope” here')";
    page.wait_for("the sentence", says).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(page.run(says).await, json!(true), "said once and for all, not tried again");
    page.screenshot("no-such-room").await;
    let offered =
        page.run("return [...document.querySelectorAll('#rooms a')].map(link => link.hash)").await;
    assert_eq!(offered, json!([format!("#room={ROOM}")]), "only rooms for people");

    page.run("document.querySelector('#rooms a').click(); return null").await;
    page.click("play").await;
    page.wait_for("flight", IN_FLIGHT).await;
    assert_eq!(page.stats().await["name"], json!("Ж".repeat(20)));

    // Another address in the bar leads there, and back. An account has one ship, so there is nothing left in the first room.
    page.run("location.hash = '#room=proving-ground'; return null").await;
    page.wait_for("the other room", &flight_in("proving-ground")).await;
    page.run(&format!("location.hash = '#room={ROOM}'; return null")).await;
    page.wait_for("the first room", &flight_in(ROOM)).await;
    assert_eq!(page.stats().await["name"], json!("Ж".repeat(20)));
    let ships = page.stats().await["ships"].as_array().map(Vec::len);
    assert_eq!(ships, Some(1), "the first ship has gone");
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn back_opens_the_menu_and_only_then_leaves() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open(&format!("http://{server}/#room={ROOM}")).await;
    page.play("Ada").await;
    let is_menu = "return !!document.querySelector('[data-testid=menu]')";
    for _ in 0..2 {
        page.back().await;
        page.wait_for("menu", is_menu).await;
        assert_eq!(page.stats().await["connection"], json!("open"));
        page.screenshot("back").await;
        page.click("resume").await;
        page.wait_for("the world", &is_menu.replace("!!", "!")).await;
    }
    page.back().await;
    page.wait_for("menu", is_menu).await;
    page.back().await;
    page.wait_for("another page", "return !document.getElementById('world')").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stall_is_told_and_leaving_while_the_connection_comes_back_is_leaving() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let proxy = Proxy::start(server).await;
    let page = driver.open(&format!("http://{}/#room={ROOM}", proxy.address)).await;
    page.play("Ada").await;
    let is_stalled = "return !!document.querySelector('[data-testid=stall]')";
    assert_eq!(page.run(is_stalled).await, json!(false));
    proxy.hold(true);
    // At one and the same moment: it is told before the connection is given up.
    let is_told = format!(
        "if (window.driftfield.stats().connection !== 'open') throw new Error('given up untold'); {is_stalled}"
    );
    page.wait_for("mark of a stall", &is_told).await;
    proxy.hold(false);
    page.screenshot("stall").await;
    page.wait_for("end of the stall", &is_stalled.replace("!!", "!")).await;

    page.keys(&['\u{e00c}'], true).await;
    page.keys(&['\u{e00c}'], false).await;
    proxy.refuse(true);
    proxy.cut();
    page.wait_for("loss", "return window.driftfield.stats().connection === 'waiting'").await;
    // In one turn of the page, while it waits: the connection comes back after the player has left.
    page.run_async(
        "const done = arguments[0];
         const look = () => {
             const retry = document.querySelector('[data-testid=banner-action]');
             if (!retry) { setTimeout(look, 5); return; }
             retry.click();
             document.querySelector('[data-testid=leave]').click();
             done(null);
         };
         look();",
        vec![],
    )
    .await;
    proxy.refuse(false);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let stats = page.stats().await;
    assert_eq!((&stats["room"], &stats["connection"]), (&json!(null), &json!("idle")), "{stats}");
    assert_eq!(
        page.run("return document.documentElement.classList.contains('playing')").await,
        json!(false)
    );
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_whose_ship_is_flown_from_another_one_can_fly_again() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let url = format!("http://{server}/#room={ROOM}");
    let (first, second) = (driver.open(&url).await, driver.open(&url).await);
    first.play("Ada").await;
    let seat = player(&first).await;
    // As a browser copies a tab, which shares the account.
    let kept =
        first.run("return JSON.stringify([{ ...sessionStorage }, { ...localStorage }])").await;
    second
        .run(&format!(
            "const [tab, browser] = JSON.parse({kept});
             Object.assign(sessionStorage, tab);
             Object.assign(localStorage, browser);
             window.isOld = true; location.reload(); return null"
        ))
        .await;
    second.wait_for("the page anew", "return !window.isOld").await;
    wait_for_flight_as(&second, &seat, "flight in the copy").await;
    first
        .wait_for(
            "an offer to fly here again",
            "return document.querySelector('[data-testid=banner-action]')?.innerText === 'Fly here again'",
        )
        .await;
    first.screenshot("taken-over").await;
    first.click("banner-action").await;
    wait_for_flight_as(&first, &seat, "flight in the first window again").await;
    first.close().await;
    second.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_does_not_start_is_told() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open("about:blank").await;
    // As where an extension blocks the script.
    page.prepare(
        "const Real = Worker;
         window.Worker = function (url, options) {
           return new Real(String(url).includes('worker') ? '/nothing.js' : url, options);
         }",
    )
    .await;
    page.goto(&format!("http://{server}/#room={ROOM}")).await;
    page.wait_for(
        "a sentence",
        "const fault = document.querySelector('[data-testid=fault]');
         return !fault.hidden && fault.innerText.includes('does not run')",
    )
    .await;
    page.screenshot("no-worker").await;
    assert_eq!(page.run("return document.getElementById('play').innerText").await, json!("Reload"));
    page.close().await;
}
