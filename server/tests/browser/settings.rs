//! The settings, and the chat, for those who have only a keyboard or do not see the page.

use serde_json::{Value, json};

use super::driver::{Driver, Page};
use super::{ROOM, serve};

const ENTER: char = '\u{e007}';
const ESCAPE: char = '\u{e00c}';
const TAB: char = '\u{e004}';

/// Goes with the Tab key to what a selector finds.
async fn tab_to(page: &Page, selector: &str) {
    let is_there = format!("return document.activeElement?.matches('{selector}') ?? false");
    for _ in 0..60 {
        if page.run(&is_there).await == json!(true) {
            return;
        }
        page.press(TAB).await;
    }
    panic!("the Tab key does not lead to {selector}");
}

async fn open_settings(page: &Page) {
    page.press(ESCAPE).await;
    page.wait_for("menu", "return !!document.activeElement?.closest('[data-testid=menu]')").await;
    tab_to(page, "[data-testid=settings-button]").await;
    page.press(ENTER).await;
    page.wait_for("settings", "return !!document.activeElement?.closest('[data-testid=settings]')")
        .await;
}

/// What assistive technology is told: role, name, and whether it is checked, of all that has a name.
async fn told(page: &Page) -> Vec<(String, String, String)> {
    let tree = page.cdp("Accessibility.getFullAXTree", json!({})).await;
    let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
    let nodes =
        tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] != json!(true));
    nodes
        .map(|node| {
            let checked = node["properties"].as_array().into_iter().flatten();
            let checked = checked.filter(|it| it["name"] == "checked").map(|it| text(&it["value"]));
            (text(&node["role"]), text(&node["name"]), checked.collect::<String>())
        })
        .filter(|(_, name, _)| !name.is_empty())
        .collect()
}

fn assert_told(told: &[(String, String, String)], role: &str, name: &str, checked: &str) {
    let is = |it: &&(String, String, String)| it.0 == role && it.1 == name && it.2 == checked;
    assert!(told.iter().any(|it| is(&it)), "no {role} “{name}” ({checked}) in {told:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_name_and_motion_are_set_by_keyboard_alone_and_stay_set() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let url = format!("http://{server}/#room={ROOM}");
    let page = driver.open_large(&url).await;
    page.play("Ada").await;
    page.wait_for_end_of_start().await;
    open_settings(&page).await;
    tab_to(&page, "[data-action=wheel]").await;
    page.press(ENTER).await;
    page.wait_for("awaited key", "return !!document.querySelector('.awaiting')").await;
    page.press('w').await;
    let notice = "document.querySelector('[data-testid=binding-notice]').innerText";
    page.wait_for("who has the key", &format!("return {notice}.includes('taken: Fly up')")).await;
    page.press(ENTER).await;
    page.wait_for("awaited key", "return !!document.querySelector('.awaiting')").await;
    page.press('g').await;
    let label = "document.querySelector('[data-action=wheel]').innerText";
    page.wait_for("the new key", &format!("return {label} === 'G'")).await;
    page.screenshot("settings").await;

    page.run("document.querySelector('[data-testid=still]').focus(); return null").await;
    page.press(' ').await;
    page.wait_for("stillness", "return document.documentElement.classList.contains('still')").await;
    page.run("document.querySelector('[data-testid=settings-name]').focus(); return null").await;
    page.write("settings-name", "Grace\n").await;
    page.wait_for(
        "the new name",
        "return document.querySelector('[data-testid=rename-notice]').innerText.includes('Grace')
             && document.querySelector('[data-testid=leaderboard] .me').innerText.includes('Grace')",
    )
    .await;
    let told = told(&page).await;
    assert_told(&told, "dialog", "Settings", "");
    assert_told(&told, "textbox", "Your name", "");
    assert_told(&told, "switch", "Mask rude words in the chat", "true");
    assert_told(&told, "switch", "Reduce motion", "true");
    assert_told(&told, "button", "Quick phrases: G", "");
    assert_told(&told, "group", "Interface size", "");

    page.press(ESCAPE).await;
    wheel_opens_with(&page, 'g', 'q').await;
    the_chat_is_told(&page).await;
    // Over a reload, without a click.
    page.goto("about:blank").await;
    page.goto(&url).await;
    page.wait_for("flight", super::driver::IN_FLIGHT).await;
    page.wait_for_end_of_start().await;
    wheel_opens_with(&page, 'g', 'q').await;
    assert_eq!(
        page.run("return document.documentElement.classList.contains('still')").await,
        json!(true)
    );
    open_settings(&page).await;
    tab_to(&page, "[data-testid=reset-keys]").await;
    page.press(ENTER).await;
    page.press(ESCAPE).await;
    wheel_opens_with(&page, 'q', 'g').await;
    page.set_screen(390, 844, true).await;
    open_settings(&page).await;
    page.screenshot("settings-phone").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_come_along_with_the_words_and_two_tabs_are_set_alike() {
    let Some(driver) = Driver::start().await else { return };
    let url = format!("http://{}/#room={ROOM}", serve().await);
    let ada = driver.open_large(&url).await;
    ada.play("Ada").await;
    ada.wait_for_end_of_start().await;
    open_settings(&ada).await;
    tab_to(&ada, "[data-action=wheel]").await;
    ada.press(ENTER).await;
    ada.wait_for("awaited key", "return !!document.querySelector('.awaiting')").await;
    ada.press('g').await;
    ada.click("larger").await;
    let is_kept =
        "return /^[1-9][0-9]*$/.test(localStorage.getItem('driftfield.settings.account'))";
    ada.wait_for("settings that the account keeps", is_kept).await;
    let secret = ada.run("return localStorage.getItem('driftfield.account')").await;

    // Another tab of the browser follows without a word of the server.
    let scale = "return document.querySelector('[data-testid=interface-size]').innerText";
    assert_eq!(ada.run(scale).await, json!("110%"));
    let first = ada.open_tab(&url.replace("#", "?tab#")).await;
    let is_ready = "return document.documentElement.dataset.ready === 'yes'";
    ada.wait_for("start screen", is_ready).await;
    let keep_other = "localStorage.setItem('driftfield.settings',
        localStorage.getItem('driftfield.settings').replace('KeyG:G', 'KeyH:H')); return null";
    ada.run(keep_other).await;
    ada.close_tab_and_go_to(first).await;
    let label = "document.querySelector('[data-action=wheel]').innerText";
    ada.wait_for("the other tab's key", &format!("return {label} === 'H'")).await;

    // Another browser has settings of its own until it has the words.
    let words = {
        ada.press(ESCAPE).await;
        ada.press(ESCAPE).await;
        ada.wait_for("menu", "return !!document.querySelector('[data-testid=account-button]')")
            .await;
        ada.click("account-button").await;
        ada.click("account-show").await;
        let count = "return document.querySelectorAll('[data-testid=words] li').length === 12";
        ada.wait_for("twelve words", count).await;
        let words = "return [...document.querySelectorAll('[data-testid=words] li')].map(li => li.innerText).join(' ')";
        ada.run(words).await
    };
    let bob = driver.open_large(&url).await;
    bob.play("Bob").await;
    bob.wait_for_end_of_start().await;
    wheel_opens_with(&bob, 'q', 'g').await;
    bob.press(ESCAPE).await;
    bob.wait_for("menu", "return !!document.querySelector('[data-testid=account-button]')").await;
    bob.click("account-button").await;
    bob.click("account-enter").await;
    bob.write("account-words", &format!("{}\n", words.as_str().unwrap())).await;
    let is_ada = format!(
        "if (localStorage.getItem('driftfield.account') !== {secret}) return false; {}",
        super::driver::IN_FLIGHT
    );
    bob.wait_for("flight as the account of the words", &is_ada).await;
    bob.wait_for(
        "the account's settings",
        "return (localStorage.getItem('driftfield.settings') ?? '').includes('KeyG')
             && document.documentElement.style.getPropertyValue('--ui') !== ''",
    )
    .await;
    bob.wait_for_end_of_start().await;
    wheel_opens_with(&bob, 'g', 'q').await;
    open_settings(&bob).await;
    assert_eq!(bob.run(scale).await, json!("110%"), "the size came along, too");
    ada.close().await;
    bob.close().await;
}

/// One key opens the wheel, and another one does not.
async fn wheel_opens_with(page: &Page, key: char, other: char) {
    let is_open = "return !!document.querySelector('[data-testid=wheel]')";
    page.press(other).await;
    page.wait_for_frames().await;
    assert_eq!(page.run(is_open).await, json!(false), "{other} opens nothing");
    page.press(key).await;
    page.wait_for("wheel", is_open).await;
    page.press(ESCAPE).await;
    page.wait_for("end of the wheel", &format!("{is_open} === false")).await;
}

async fn the_chat_is_told(page: &Page) {
    page.press(ENTER).await;
    page.write("chat-field", "by keyboard alone\n").await;
    page.press(ENTER).await;
    page.wait_for("the field", "return document.activeElement?.id === 'chat-field'").await;
    let told = told(page).await;
    assert_told(&told, "log", "Chat", "");
    assert_told(&told, "textbox", "Say something to everyone", "");
    assert_told(&told, "button", "Close the chat", "");
    assert_told(&told, "StaticText", "by keyboard alone", "");
    page.press(ESCAPE).await;
    page.press('g').await;
    let told = self::told(page).await;
    assert_told(&told, "group", "Quick phrases", "");
    assert_told(&told, "button", "1 Hello!", "");
    page.press(ESCAPE).await;
}
