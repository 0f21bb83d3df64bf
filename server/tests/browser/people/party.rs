//! A party: joined by a link, heard by nobody else, kept together from room to room, and shown.

use serde_json::json;

use super::{say, says};
use crate::driver::{Driver, IN_FLIGHT, Page};
use crate::serve_with_bots;

/// Opens the menu and the sheet of the party.
async fn open_party(page: &Page) {
    page.press('\u{e00c}').await;
    page.wait_for("menu", "return !!document.querySelector('[data-testid=menu]')").await;
    page.click("party-button").await;
    page.wait_for("the sheet", "return !!document.querySelector('[data-testid=party-sheet]')")
        .await;
}

fn is_in(room: &str) -> String {
    format!("{IN_FLIGHT} && stats.room === '{room}'")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_friend_joins_by_link_talks_with_the_party_alone_and_follows_its_leader() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve_with_bots(0).await;
    let ada = driver.open_large(&format!("http://{server}/#room=frontier")).await;
    ada.play("Ada").await;
    ada.wait_for_end_of_start().await;

    // A party is opened by keyboard alone, and its link is copied.
    open_party(&ada).await;
    ada.run(
        "navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); };
         document.querySelector('[data-testid=party-open]').focus(); return null",
    )
    .await;
    ada.press('\u{e007}').await;
    ada.wait_for("the party", "return !!document.querySelector('[data-testid=party-copy]')").await;
    ada.wait_for("herself in it", &says("party-members", "Ada")).await;
    ada.click("party-copy").await;
    ada.wait_for("the link", "return !!window.copied").await;
    let link = ada.run("return window.copied").await.as_str().expect("a link").to_owned();
    assert!(link.contains("/#party="), "{link}");

    // Whoever opens it reads whose party it is, and comes into it and to its room.
    let bo = driver.open(&link).await;
    bo.wait_for("whose it is", &says("party-link", "Ada invites you")).await;
    bo.screenshot("party-link").await;
    bo.play("Bo").await;
    bo.wait_for("the same room", &is_in("frontier")).await;
    assert_eq!(bo.run("return location.hash").await, json!("#room=frontier"), "the secret is gone");
    ada.wait_for("both members", &says("party-members", "Bo")).await;
    ada.screenshot("party-sheet").await;
    let names = "return [...document.querySelectorAll('[data-testid=party-sheet] button')]
        .every(button => (button.getAttribute('aria-label') ?? button.innerText).trim() !== '')";
    assert_eq!(ada.run(names).await, json!(true), "every button has a name");
    ada.click("close-party").await;

    // A line to the party is read by the other one, and by nobody else.
    let eve = driver.open(&format!("http://{server}/#room=frontier")).await;
    eve.play("Eve").await;
    say(&bo, "/p left flank").await;
    ada.wait_for("the line", &says("chat-lines", "left flank")).await;
    let is_marked =
        "return document.querySelector('[data-testid=chat-lines] li.party')?.innerText ?? ''";
    let line = ada.run(is_marked).await;
    assert!(line.as_str().expect("a line").contains("party"), "{line}");
    ada.screenshot("party-line").await;
    say(&ada, "hello all").await;
    eve.wait_for("the line to all", &says("chat-lines", "hello all")).await;
    assert_eq!(eve.run(&says("chat-lines", "left flank")).await, json!(false));
    eve.close().await;

    // The leader goes elsewhere: the other one is told, and follows.
    ada.run("location.hash = '#room=proving-ground'; return null").await;
    ada.wait_for("the other room", &is_in("proving-ground")).await;
    bo.wait_for("the countdown", &says("follow", "Following Ada to Proving ground")).await;
    bo.screenshot("party-follow").await;
    bo.wait_for("the same room", &is_in("proving-ground")).await;
    bo.close().await;
    ada.close().await;
}
