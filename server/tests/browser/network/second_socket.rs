//! The second socket for input commands, which the page opens by itself where commands come late again and again.

use crate::driver::Driver;
use crate::serve;

/// Rocks and a station, and nobody else.
const ROOM: &str = "frontier";
/// What the panel calls stalls: 0.7 s in every five.
const STALLS: &str = "latency=30ms,stall=700ms/5s";
/// About ten stalls in the time within which the page must count three: whichever of them it misses.
const MANY_STALLS: &str = "latency=30ms,stall=900ms/2s";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_that_come_late_again_and_again_go_over_a_second_socket() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open(&format!("http://{server}/#room={ROOM}")).await;
    let sockets = |count: u8| format!("return window.driftfield.stats().input_sockets === {count}");
    page.play("Ada").await;
    page.wait_for("one socket", &sockets(1)).await;
    page.wait_for_end_of_start().await;
    page.press('l').await;
    page.click("link-stalls").await;
    let has_link = |link: &str| format!("return window.driftfield.stats().link === '{link}'");
    page.wait_for("stalls", &has_link(STALLS)).await;
    page.write("link-profile", &format!("{MANY_STALLS}\n")).await;
    page.wait_for("many stalls", &has_link(MANY_STALLS)).await;
    page.wait_for("two sockets", &sockets(2)).await;
    let stats = page.stats().await;
    assert!(stats["inputs_late"].as_u64().unwrap() >= 3, "{stats}");

    // It flies on with both, as on one.
    page.keys(&['d', 's'], true).await;
    page.wait_for_motion().await;
    page.keys(&['d', 's'], false).await;
    assert_eq!(page.stats().await["connection"], "open");
    page.close().await;
}
