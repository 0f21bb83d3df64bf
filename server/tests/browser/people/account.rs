//! The account that a browser keeps: tabs that share it, words that carry it elsewhere, and its end.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::driver::{Driver, IN_FLIGHT, PATIENCE, Page};
use crate::program::Program;
use crate::serve;

/// The key that opens the menu: Escape.
const MENU: char = '\u{e00c}';

async fn player(page: &Page) -> Value {
    page.stats().await["player"].clone()
}

/// The secret that the browser keeps; null without one.
async fn secret(page: &Page) -> Value {
    page.run("return localStorage.getItem('driftfield.account')").await
}

/// Waits until what happened in the default room up to `tick` would outlive a crash.
async fn wait_until_durable(server: SocketAddr, tick: u64) {
    let start = Instant::now();
    loop {
        let metrics = get(server, "/metrics").await;
        let durable = metrics.lines().find_map(|line| {
            line.strip_prefix("driftfield_room_durable_tick{room=\"frontier\"} ")?.parse().ok()
        });
        if durable.is_some_and(|durable: u64| durable >= tick) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "tick {tick} is not durable: {durable:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The answer of a server to a simple GET.
async fn get(server: SocketAddr, path: &str) -> String {
    let mut socket = TcpStream::connect(server).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Opens the account sheet of a player who flies.
async fn open_account(page: &Page) {
    page.wait_for_end_of_start().await;
    page.press(MENU).await;
    page.wait_for("menu", "return !!document.querySelector('[data-testid=account-button]')").await;
    page.click("account-button").await;
    page.wait_for("sheet", "return !!document.querySelector('[data-testid=account-show]')").await;
}

/// The twelve words on the sheet, once they are there.
async fn words(page: &Page) -> Value {
    let count = "return document.querySelectorAll('[data-testid=words] li').length === 12";
    page.wait_for("twelve words", count).await;
    page.run(
        "return [...document.querySelectorAll('[data-testid=words] li')].map(li => li.innerText).join(' ')",
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_tab_is_no_lost_ship_and_a_second_tab_does_not_take_it_unasked() {
    let Some(driver) = Driver::start().await else { return };
    let url = format!("http://{}/", serve().await);
    let page = driver.open(&url).await;
    page.play("Ada").await;
    let seat = player(&page).await;

    // While one tab flies, another one waits to be asked.
    let first = page.open_tab(&url).await;
    let is_ready = "return document.documentElement.dataset.ready === 'yes'";
    page.wait_for("start screen", is_ready).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(page.stats().await["room"], json!(null), "it does not fly by itself");

    // Asked, it takes the same ship over, and the first tab offers to take it back.
    page.click("play").await;
    page.wait_for("flight in the second tab", IN_FLIGHT).await;
    assert_eq!(player(&page).await, seat);
    page.close_tab_and_go_to(first).await;
    let offer = "return document.querySelector('[data-testid=banner-action]')?.innerText === 'Fly here again'";
    page.wait_for("an offer to fly here again", offer).await;
    page.click("banner-action").await;
    page.wait_for("flight in the first tab again", IN_FLIGHT).await;
    assert_eq!(player(&page).await, seat);

    page.replace_tab(&url).await;
    page.wait_for("flight in a new tab", IN_FLIGHT).await;
    assert_eq!(player(&page).await, seat, "the same seat");
    assert_eq!(page.stats().await["name"], json!("Ada"));
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_gives_the_ship_back_and_the_page_goes_into_it_by_itself() {
    let Some(driver) = Driver::start().await else { return };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("browser-crash-{}", std::process::id()));
    let flags = ["--data-dir", folder.to_str().unwrap()];
    let server = Program::start_with(&flags, Stdio::null());
    let address = server.address.to_string();
    let page = driver.open(&format!("http://{address}/")).await;
    page.play("Ada").await;
    let seat = player(&page).await;
    let before = page.stats().await["tick"].clone();
    wait_until_durable(server.address, before.as_u64().unwrap()).await;

    server.signal("KILL");
    server.wait(Duration::from_secs(10));
    page.wait_for("loss", "return window.driftfield.stats().connection !== 'open'").await;
    let server = Program::start_at(&address, &flags, Stdio::null());
    // The server has forgotten the ticket that the page had: it gets another one.
    page.wait_for("flight after the crash", IN_FLIGHT).await;
    assert_eq!(player(&page).await, seat, "the same seat");
    let tick = page.stats().await["tick"].clone();
    assert!(tick.as_u64() > before.as_u64(), "the room goes on: {before}, {tick}");
    page.close().await;
    server.signal("TERM");
    server.wait(Duration::from_secs(20));
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_carry_an_account_to_another_browser_and_changed_words_take_it_back() {
    let Some(driver) = Driver::start().await else { return };
    let url = format!("http://{}/", serve().await);
    let (ada, bob) = (driver.open(&url).await, driver.open(&url).await);
    ada.play("Ada").await;
    bob.play("Bob").await;
    let (old, other) = (secret(&ada).await, secret(&bob).await);
    assert!(old.is_string() && other.is_string() && old != other, "each browser has its own");

    let seat = player(&ada).await;
    open_account(&ada).await;
    ada.screenshot("account").await;
    ada.click("account-show").await;
    let told = words(&ada).await;
    ada.screenshot("account-words").await;

    open_account(&bob).await;
    bob.click("account-enter").await;
    bob.write("account-words", "abandon ship\n").await;
    let says_why = "return document.querySelector('[data-testid=account-notice]').innerText.includes('here are 2')";
    bob.wait_for("a sentence about two words", says_why).await;
    bob.write("account-words", &format!("{}\n", told.as_str().unwrap())).await;
    let is_ada = format!(
        "if (localStorage.getItem('driftfield.account') !== {old}) return false; {IN_FLIGHT}"
    );
    bob.wait_for("flight as the account of the words", &is_ada).await;
    assert_eq!(player(&bob).await, seat, "the account's ship");

    // New words: the other browser has the old secret, which opens nothing any more.
    ada.click("account-back").await;
    ada.click("account-rotate").await;
    ada.screenshot("account-rotate").await;
    ada.click("account-rotate-now").await;
    let is_new = "return document.querySelector('[data-testid=account-notice]').innerText.startsWith('These are your new words')";
    ada.wait_for("new words", is_new).await;
    assert_ne!(words(&ada).await, told);
    let new = secret(&ada).await;
    assert!(new.is_string() && new != old);
    assert_eq!(
        ada.run("return localStorage.getItem('driftfield.account.next')").await,
        json!(null),
        "the change is settled"
    );
    ada.close().await;
    bob.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_account_is_gone_here_and_the_next_play_begins_anew() {
    let Some(driver) = Driver::start().await else { return };
    let page = driver.open(&format!("http://{}/", serve().await)).await;
    page.play("Ada").await;
    let old = secret(&page).await;
    open_account(&page).await;
    page.click("account-delete").await;
    page.screenshot("account-delete").await;
    page.click("account-delete-now").await;
    let says_so = "const fault = document.querySelector('[data-testid=fault]');
        return !fault.hidden && fault.innerText.startsWith('Your account is deleted')";
    page.wait_for("the start screen", says_so).await;
    let kept = "return Object.keys(localStorage).filter(key => key !== 'driftfield.scale')";
    assert_eq!(page.run(kept).await, json!([]), "nothing of the account stays in the browser");

    page.play("Bea").await;
    assert_ne!(secret(&page).await, old);
    page.close().await;
}
