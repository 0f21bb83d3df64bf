//! What a player is told: shown, counted, listed, and told by the browser while the page is hidden.

use std::process::Command;

use driftfield_server::config::Config;
use driftfield_server::server::Server;
use serde_json::json;

use crate::driver::{Driver, IN_FLIGHT};
use crate::folder::Folder;

/// Tells everyone on the server of this data folder.
async fn say(folder: &Folder, text: &'static str) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_server"));
    program.args(["admin", "--data-dir", folder.text(), "say", text]);
    let told = tokio::task::spawn_blocking(move || program.output()).await.expect("a thread");
    let told = told.expect("the server's own program");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_player_is_told_as_loudly_as_he_likes_and_finds_everything_again() {
    let Some(driver) = Driver::start().await else { return };
    let folder = Folder::new("browser-notices");
    let mut config = Config::default();
    config.listen = ([127, 0, 0, 1], 0).into();
    config.rooms[0].bots = 0;
    config.is_grace_whole = true;
    config.data_dir = Some(folder.path().to_owned());
    let server = Server::open(&config).expect("a server");
    let address = server.address();
    tokio::spawn(server.serve());

    let page = driver.open(&format!("http://{address}/")).await;
    // A browser that would show notifications, and a page that can be hidden.
    page.prepare(
        "window.shown = [];
        window.Notification = class {
            static permission = 'default';
            static requestPermission() { this.permission = 'granted'; return Promise.resolve('granted'); }
            constructor(title, options) { window.shown.push(title + ': ' + options.body); }
        };
        Object.defineProperty(document, 'hidden', { get: () => !!window.isHidden });",
    )
    .await;
    page.goto(&format!("http://{address}/?anew#room=frontier")).await;
    page.play("Ada").await;
    page.wait_for_end_of_start().await;

    say(&folder, "Races at eight").await;
    let toast = |text: &str| {
        format!(
            "return document.querySelector('[data-testid=toasts]').innerText.includes('{text}')"
        )
    };
    page.wait_for("the toast", &toast("The host says: Races at eight")).await;
    let badge = "return document.querySelector('.corner [data-testid=badge]')?.innerText ?? ''";
    page.wait_for("the badge", &format!("return (() => {{ {badge} }})() === '1'")).await;
    page.screenshot("notice-toast").await;

    // The list: by keyboard alone.
    page.press('\u{e00c}').await;
    page.wait_for("menu", "return !!document.querySelector('[data-testid=menu]')").await;
    page.click("notices-button").await;
    let list = "return document.querySelector('[data-testid=notices]')?.innerText ?? ''";
    page.wait_for("the list", &list.replace("?? ''", "?.includes('Races at eight')")).await;
    page.screenshot("notices").await;
    assert_eq!(page.run(badge).await, json!(""), "what is read is not new");

    // Quieter here, and by the browser while the page is hidden.
    page.click("outside-host").await;
    page.run(
        "const level = document.querySelector('[data-testid=notices-host]');
        level.selectedIndex = 0; level.dispatchEvent(new Event('change')); return null",
    )
    .await;
    page.click("close-notices").await;
    page.run("window.isHidden = true; return null").await;
    say(&folder, "Free ore").await;
    page.wait_for(
        "the browser's own notification",
        "return window.shown.some(text => text === 'Driftfield: The host says: Free ore')",
    )
    .await;
    assert_eq!(page.run(&toast("Free ore")).await, json!(false));
    assert_eq!(page.run(badge).await, json!(""));

    // Everything is there again after a reload, also what the player chose.
    page.run("window.isOld = true; location.reload(); return null").await;
    page.wait_for("the page anew", "return !window.isOld").await;
    page.wait_for("flight", IN_FLIGHT).await;
    page.press('\u{e00c}').await;
    page.wait_for("menu", "return !!document.querySelector('[data-testid=menu]')").await;
    page.click("notices-button").await;
    page.wait_for(
        "both notices",
        &list
            .replace("?? ''", "?.match(/Free ore[^]*Races at eight/)")
            .replace("return ", "return !!"),
    )
    .await;
    let chosen = "return document.querySelector('[data-testid=notices-host]').selectedIndex";
    assert_eq!(page.run(chosen).await, json!(0));
    page.set_screen(390, 844, true).await;
    page.screenshot("notices-phone").await;
    page.close().await;
}
