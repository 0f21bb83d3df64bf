//! A room of one's own: opened on the start page, entered by a friend with its link, closed to others.

use serde_json::json;

use crate::driver::{Driver, IN_FLIGHT};
use crate::serve;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_player_opens_a_room_and_only_friends_with_its_link_come_in() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let ada = driver.open(&format!("http://{server}/")).await;
    // Anew, as a phone: the page is laid out for thumbs from the start.
    ada.set_screen(390, 844, true).await;
    ada.goto(&format!("http://{server}/?phone")).await;
    ada.wait_for("the list", "return document.querySelectorAll('#rooms a').length === 1").await;
    ada.screenshot("lobby-phone").await;
    ada.write("name", "Ada").await;
    ada.tap_on("own-room-button").await;
    ada.wait_for("the form", "return !!document.querySelector('[data-testid=own-room-open]')")
        .await;
    // Fewer seats: the bots make way.
    ada.run(
        "const seats = document.querySelector('[data-testid=own-room-seats]');
        seats.value = 3; seats.dispatchEvent(new Event('input', { bubbles: true })); return null",
    )
    .await;
    let bots = "return document.querySelector('[data-testid=own-room-bots]').value";
    assert_eq!(ada.run(bots).await, json!("2"));
    ada.tap_on("own-room-locked").await;
    ada.screenshot("own-room-form-phone").await;
    ada.tap_on("own-room-open").await;
    let link = "return document.querySelector('[data-testid=invite-link]')?.value ?? ''";
    ada.wait_for("the link", &link.replace("?? ''", "?.includes('&invite=') ?? false")).await;
    let link = ada.run(link).await.as_str().expect("an address").to_owned();
    ada.screenshot("own-room-open-phone").await;
    ada.tap_on("own-room-enter").await;
    ada.wait_for("flight", IN_FLIGHT).await;
    let room = ada.stats().await["room"].as_str().expect("a room").to_owned();
    assert!(room.starts_with("own-"), "{room}");

    // A stranger sees it in the list, with its owner, and is told why it does not open.
    let bo = driver.open(&format!("http://{server}/#room={room}")).await;
    let line = "return document.querySelector('#rooms a[aria-current]')?.innerText ?? ''";
    bo.wait_for(
        "the room in the list",
        &line.replace("?? ''", "?.includes('Opened by Ada · by invitation') ?? false"),
    )
    .await;
    assert!(bo.run(line).await.as_str().expect("text").contains("Ada’s room"));
    bo.screenshot("lobby").await;
    bo.write("name", "Bo").await;
    bo.click("play").await;
    let says = "const fault = document.querySelector('[data-testid=fault]');
        return !fault.hidden && fault.innerText.includes('by invitation only')";
    bo.wait_for("the reason", says).await;

    // A made-up invitation is told to be one; the right link leads straight in, and hides what it carries.
    bo.goto(&format!("http://{server}/#room={room}&invite=AAAAAAAAAAAAAAAAAAAAAA")).await;
    bo.click("play").await;
    bo.wait_for("the reason", &says.replace("by invitation only", "not good for this room")).await;
    bo.goto(&link).await;
    bo.click("play").await;
    bo.wait_for("flight", IN_FLIGHT).await;
    assert_eq!(bo.stats().await["room"], json!(room));
    assert_eq!(bo.run("return location.hash").await, json!(format!("#room={room}")));
    ada.wait_for(
        "the friend on the board",
        "return document.querySelector('[data-testid=leaderboard]').innerText.includes('Bo')",
    )
    .await;

    // A guest comes back without the link.
    bo.run("window.isOld = true; location.reload(); return null").await;
    bo.wait_for("the page anew", "return !window.isOld").await;
    bo.wait_for("flight after a reload", IN_FLIGHT).await;
    bo.close().await;
    ada.close().await;
}
