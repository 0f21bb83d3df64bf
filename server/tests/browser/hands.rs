//! Hands on keys, mice and gamepads, as browsers tell of them.

use serde_json::json;

use super::driver::{Driver, Page};
use super::{own_place, serve};

/// A room without rocks and station, so that a ship flies until it is told not to.
const ROOM: &str = "proving-ground";
const ARROW_RIGHT: char = '\u{e014}';
const META: char = '\u{e03d}';
const ESCAPE: char = '\u{e00c}';

/// In which direction the page has asked its worker to push the ship: -1, 0 or 1 along each axis.
async fn thrust(page: &Page) -> (f64, f64) {
    page.wait_for_frames().await;
    let stats = page.stats().await;
    (stats["thrust_x"].as_f64().unwrap().round(), stats["thrust_y"].as_f64().unwrap().round())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_action_lasts_while_any_of_its_keys_does_and_the_system_key_ends_all() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open(&format!("http://{server}/#room={ROOM}")).await;
    page.play("Ada").await;
    // Away from the edge, which the ship comes close to.
    let is_right = own_place(&page.stats().await).x > 0.0;
    let (letter, arrow) = if is_right { ('a', '\u{e012}') } else { ('d', ARROW_RIGHT) };
    let way = if is_right { (-1.0, 0.0) } else { (1.0, 0.0) };
    page.keys(&[letter, arrow], true).await;
    page.keys(&[arrow], false).await;
    assert_eq!(thrust(&page).await, way, "one of two keys is still down");
    page.wait_for_motion().await;
    page.keys(&[META], true).await;
    page.keys(&[META], false).await;
    assert_eq!(thrust(&page).await, (0.0, 0.0), "all is let go");
    page.keys(&[letter], false).await;

    // A key that comes without its place, as over a remote desktop.
    let press = |kind: &str| {
        let key = letter.to_ascii_uppercase();
        format!(
            "dispatchEvent(new KeyboardEvent('{kind}', {{key: '{key}', code: '', bubbles: true}})); return null"
        )
    };
    page.run(&press("keydown")).await;
    assert_eq!(thrust(&page).await, way, "a key without a place flies");
    page.run(&press("keyup")).await;
    assert_eq!(thrust(&page).await, (0.0, 0.0));
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gamepads_open_the_menu_and_refused_copies_are_shown() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open(&format!("http://{server}/#room={ROOM}")).await;
    page.play("Ada").await;
    let pad = |down: &str| {
        format!(
            "const down = [{down}];
             const fields = fields => Object.fromEntries(
               Object.entries(fields).map(([name, value]) => [name, {{value}}]));
             const button = (_, n) => Object.create(
               GamepadButton.prototype, fields({{value: down.includes(n) ? 1 : 0}}));
             const pad = Object.create(Gamepad.prototype, fields({{
               index: 0, connected: true, mapping: 'standard', axes: [0.25, 0, 0, 0],
               buttons: Array.from({{length: 17}}, button)}}));
             navigator.getGamepads = () => [pad]; return null"
        )
    };
    page.run(&pad("")).await;
    assert_eq!(thrust(&page).await, (0.0, 0.0), "a worn stick on the table flies nothing");
    page.run(&pad("9")).await;
    page.wait_for("menu", "return !!document.querySelector('[data-testid=menu]')").await;

    page.run("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); return null")
        .await;
    page.click("invite").await;
    page.wait_for(
        "the link to copy by hand",
        "const field = document.querySelector('[data-testid=invite-link]');
         return !!field && field.value.endsWith('#room=proving-ground')
           && field.selectionEnd - field.selectionStart === field.value.length",
    )
    .await;
    page.screenshot("invite-by-hand").await;
    assert!(
        !page.run("return document.body.innerText").await.as_str().unwrap().contains("Link copied")
    );
    page.keys(&[ESCAPE], true).await;
    page.keys(&[ESCAPE], false).await;

    // An AZERTY keyboard has Z where W is elsewhere; panels go by letter.
    page.run(
        "const press = (code, key) => ['keydown', 'keyup'].forEach(kind =>
           dispatchEvent(new KeyboardEvent(kind, {code, key, bubbles: true})));
         press('KeyW', 'z'); press('KeyA', 'q'); press('KeyJ', 'h'); return null",
    )
    .await;
    page.wait_for(
        "help in the layout's letters",
        "const keys = document.querySelector('[data-testid=help]')?.innerText ?? '';
         return /Z\\s*Q\\s*S\\s*D/.test(keys)",
    )
    .await;
    page.screenshot("help").await;
    assert_eq!(page.run("return document.documentElement.translate").await, json!(false));
    page.close().await;
}
