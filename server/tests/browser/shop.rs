//! The shop of a dock: what it says, and what is mounted there by key and by touch.

use std::net::SocketAddr;

use driftfield_server::config::{Config, Flags};
use driftfield_server::server::Server;
use serde_json::json;

use super::driver::{Driver, Page};
use super::folder::Folder;

/// A server whose racks cost nothing, so that everybody has them.
async fn serve(folder: &Folder) -> SocketAddr {
    let parts = include_str!("../../../assets/parts.toml");
    let changed = parts.replacen("name = \"Racks\"\nprice = 60", "name = \"Racks\"\nprice = 0", 1);
    assert_ne!(parts, changed, "there are racks that cost 60");
    std::fs::create_dir_all(folder.path()).unwrap();
    std::fs::write(folder.path().join("parts.toml"), changed).unwrap();
    let flags = Flags {
        listen: Some(([127, 0, 0, 1], 0).into()),
        bots: Some(0),
        assets: Some(folder.path().to_owned()),
        ..Flags::default()
    };
    let server = Server::open(&Config::load(&flags).unwrap()).unwrap();
    let address = server.address();
    tokio::spawn(server.serve());
    address
}

async fn wait_for_hold(page: &Page, hold: &str) {
    let script =
        format!("return document.querySelector('[data-testid=hold]').innerText.includes('{hold}')");
    page.wait_for(&format!("a hold of {hold}"), &script).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_docked_ship_is_fitted_by_key_and_by_touch_and_what_is_too_dear_is_not_sold() {
    let Some(driver) = Driver::start().await else { return };
    let folder = Folder::new("shop-assets");
    let server = serve(&folder).await;
    let url = format!("http://{server}/#room=frontier");
    let page = driver.open_large(&url).await;
    page.play("Ada").await;
    page.wait_for_end_of_start().await;
    wait_for_hold(&page, "0/40").await;
    page.wait_for("a dock", "return !!document.querySelector('[data-testid=dock]')").await;
    page.screenshot("docked").await;
    page.press('b').await;
    page.wait_for("the shop", "return !!document.querySelector('[data-testid=shop]')").await;
    // Two hulls can be had next, for more than a newcomer has; the others are not shown yet.
    let hulls = "return [...document.querySelectorAll('[data-item^=\"hull/\"]')].map(it => \
                 [it.dataset.item, it.getAttribute('aria-disabled')])";
    let expected = [["hull/sparrow", "true"], ["hull/kestrel", "true"], ["hull/mole", "true"]];
    assert_eq!(page.run(hulls).await, json!(expected));
    page.screenshot("shop").await;
    // The racks are the one thing that can be had.
    let first =
        "return document.querySelector('.shop kbd:not(:empty)').closest('button').dataset.item";
    assert_eq!(page.run(first).await, json!("hold/racks"));
    page.press('1').await;
    wait_for_hold(&page, "0/60").await;
    let mounted =
        "return [...document.querySelectorAll('.shop .mounted')].map(it => it.dataset.item)";
    let fit = [
        "hull/sparrow",
        "weapon/pulse",
        "engine/drive",
        "shield/plating",
        "hold/racks",
        "tool/clamp",
    ];
    assert_eq!(page.run(mounted).await, json!(fit));
    // A hull that is too dear cannot be had by a click either.
    page.run("document.querySelector('[data-item=\"hull/mole\"]').click(); return null").await;
    page.press('b').await;
    page.wait_for("flight", "return !document.querySelector('[data-testid=shop]')").await;
    wait_for_hold(&page, "0/60").await;

    // Whoever leaves gives up the seat, and the ship with it. The next one is made of the same things.
    page.press('\u{e00c}').await;
    page.wait_for("the menu", "return !!document.querySelector('[data-testid=leave]')").await;
    page.click("leave").await;
    page.play("Ada").await;
    wait_for_hold(&page, "0/60").await;

    page.set_screen(390, 844, true).await;
    page.goto(&format!("http://{server}/?phone#room=frontier")).await;
    page.wait_for_end_of_start().await;
    wait_for_hold(&page, "0/60").await;
    page.screenshot("docked-phone").await;
    page.tap_on("dock").await;
    page.wait_for("the shop", "return !!document.querySelector('[data-testid=shop]')").await;
    page.screenshot("shop-phone").await;
    let lockers =
        "document.querySelector('[data-item=\"hold/lockers\"]').scrollIntoView(); return null";
    page.run(lockers).await;
    page.run("document.querySelector('[data-item=\"hold/lockers\"]').click(); return null").await;
    wait_for_hold(&page, "0/40").await;
    page.close().await;
}
