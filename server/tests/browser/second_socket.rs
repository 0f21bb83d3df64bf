//! The second socket for input commands, switched on as a player would, on a bad link, and kept for the next visit.

use std::time::Duration;

use super::driver::{Driver, Page};
use super::serve;

/// Rocks and a station, and nobody else.
const ROOM: &str = "frontier";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_go_over_a_second_socket_while_the_player_wants_it() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open(&format!("http://{server}/#room={ROOM}")).await;
    page.play("Ada").await;
    let count =
        |sockets: u8| format!("return window.driftfield.stats().input_sockets === {sockets}");
    page.wait_for("one socket", &count(1)).await;
    press_switch(&page).await;
    page.wait_for("second socket", &count(2)).await;
    page.screenshot("second-socket").await;

    // It flies on with both, as on one.
    page.keys(&['d', 's'], true).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    page.keys(&['d', 's'], false).await;
    let stats = page.stats().await;
    assert_eq!(stats["connection"], "open");
    let late = stats["inputs_late"].as_u64().unwrap();
    assert!(stats["corrections"].as_u64().unwrap() <= late, "{stats}");

    page.run("location.reload(); return null").await;
    page.wait_for("page again", "return !!window.driftfield && !window.driftfield.stats()?.room")
        .await;
    page.play("Ada").await;
    page.wait_for("second socket again", &count(2)).await;
    press_switch(&page).await;
    page.wait_for("one socket again", &count(1)).await;
    assert_eq!(page.stats().await["connection"], "open");
    page.close().await;
}

/// Opens the network panel and presses the switch.
async fn press_switch(page: &Page) {
    let is_gone =
        "return getComputedStyle(document.getElementById('start')).visibility === 'hidden'";
    page.wait_for("end of the start screen's fading", is_gone).await;
    page.keys(&['n'], true).await;
    page.keys(&['n'], false).await;
    page.click("second-socket").await;
}
