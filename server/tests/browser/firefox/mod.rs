//! The main path in a real Firefox: from the start page into flight, a line of chat that another page reads, settings, and back.

mod driver;

use std::process::Stdio;

use driver::{Firefox, Page};
use serde_json::json;

use crate::driver::take_turn;
use crate::program::Program;

const ENTER: char = '\u{e007}';
const ESCAPE: char = '\u{e00c}';

/// Whether the page's ship flies, and the server has taken a command for it.
const IN_FLIGHT: &str = "const stats = window.driftfield?.stats?.();
    return stats?.alive === true && stats.connection === 'open' && stats.inputs_in_time > 0";

/// Types a name and presses Play, and waits until the ship flies.
fn play(firefox: &mut Firefox, page: &Page, name: &str) {
    let is_ready = "return document.documentElement.dataset.ready === 'yes'";
    firefox.wait_for(page, "start page", is_ready);
    firefox.click(page, "name");
    firefox.run(page, "document.querySelector('[data-testid=name]').select()");
    firefox.write(page, name);
    firefox.click(page, "play");
    firefox.wait_for(page, "flight", IN_FLIGHT);
    let is_gone =
        "return getComputedStyle(document.getElementById('start')).visibility === 'hidden'";
    firefox.wait_for(page, "end of the start page", is_gone);
}

#[tokio::test]
async fn a_player_flies_talks_is_heard_sets_something_and_leaves() {
    let _turn = take_turn().await;
    let Some(mut firefox) = Firefox::start() else { return };
    let firefox = &mut firefox;
    let server = Program::start_with(&[], Stdio::null());
    let url = format!("http://{}/", server.address);
    let ada = firefox.open(&url);
    let is_ready = "return document.documentElement.dataset.ready === 'yes'";
    firefox.wait_for(&ada, "start page", is_ready);
    firefox.screenshot(&ada, "start");
    play(firefox, &ada, "Ada");

    // It flies where the key says, and the picture is drawn.
    let before = firefox.run(&ada, "return window.driftfield.stats()");
    firefox.key(&ada, 'd', true);
    let has_flown = format!(
        "const stats = window.driftfield.stats(); return stats.alive && stats.x > {} + 20",
        before["x"]
    );
    firefox.wait_for(&ada, "flight to the right", &has_flown);
    firefox.key(&ada, 'd', false);
    assert!(before["fps"].is_number(), "{before}");
    firefox.screenshot(&ada, "game");

    // Another player reads what is said.
    let bob = firefox.open(&url);
    play(firefox, &bob, "Bob");
    firefox.press(&ada, ENTER);
    let has_field = "return document.activeElement?.id === 'chat-field'";
    firefox.wait_for(&ada, "the field", has_field);
    firefox.write(&ada, "hello from a fox");
    firefox.press(&ada, ENTER);
    let is_read = "return [...document.querySelectorAll('[data-testid=chat-lines] > li')]
        .some(line => line.innerText.includes('hello from a fox') && line.innerText.includes('Ada'))";
    firefox.wait_for(&bob, "Ada's line", is_read);
    firefox.screenshot(&bob, "chat");

    // Settings are set, and come along: the account has them before the player leaves.
    let has_menu = "return !!document.querySelector('[data-testid=settings-button]')";
    firefox.press(&ada, ESCAPE);
    firefox.wait_for(&ada, "menu", has_menu);
    firefox.click(&ada, "settings-button");
    let has_switch = "return !!document.querySelector('[data-testid=still]')";
    firefox.wait_for(&ada, "settings", has_switch);
    firefox.screenshot(&ada, "settings");
    firefox.click(&ada, "still");
    let is_still = "return document.documentElement.classList.contains('still')";
    firefox.wait_for(&ada, "stillness", is_still);
    let is_kept =
        "return /^[1-9][0-9]*$/.test(localStorage.getItem('driftfield.settings.account'))";
    firefox.wait_for(&ada, "settings that the account keeps", is_kept);

    firefox.press(&ada, ESCAPE);
    firefox.press(&ada, ESCAPE);
    firefox.wait_for(&ada, "menu", has_menu);
    firefox.click(&ada, "leave");
    firefox.wait_for(
        &ada,
        "start page",
        "return !document.documentElement.classList.contains('playing')",
    );
    assert_eq!(firefox.run(&ada, "return window.driftfield.stats().room"), json!(null));
    firefox.screenshot(&ada, "left");
}
