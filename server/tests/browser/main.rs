//! The game in real browsers: what two players see of each other, and of a lost connection.

mod driver;
mod firefox;
#[path = "../support/folder.rs"]
mod folder;
mod hands;
mod languages;
mod network;
mod people;
mod processes;
#[allow(dead_code, reason = "other tests use more of it")]
#[path = "../support/program.rs"]
mod program;
mod screens;
mod settings;
mod shop;
mod visits;

use std::net::SocketAddr;

use driftfield_server::config::{Config, Flags};
use driftfield_server::server::Server;
use driver::{Driver, PATIENCE, Page};
use network::proxy::Proxy;
use serde_json::{Value, json};
use std::time::Instant;

/// Room for a fight at once: no station, no rocks, no protection.
const ROOM: &str = "proving-ground";

/// A server on a free port, within this process.
async fn serve() -> SocketAddr {
    serve_with_bots(0).await
}

/// The same, with bots in the default room.
async fn serve_with_bots(count: u16) -> SocketAddr {
    let flags =
        Flags { listen: Some(([127, 0, 0, 1], 0).into()), bots: Some(count), ..Flags::default() };
    // A page may take its time to come back: the seat is kept meanwhile.
    let mut config = Config::load(&flags).unwrap();
    config.is_grace_whole = true;
    let server = Server::open(&config).unwrap();
    let address = server.address();
    tokio::spawn(server.serve());
    address
}

/// A ship as the statistics of a page show it.
#[derive(Clone, Copy, Debug)]
struct Place {
    x: f64,
    y: f64,
}

fn own_place(stats: &Value) -> Place {
    Place { x: stats["x"].as_f64().unwrap(), y: stats["y"].as_f64().unwrap() }
}

/// Where the page sees the ship of a player.
fn seen_place(stats: &Value, name: &str) -> Option<Place> {
    let ships = stats["ships"].as_array()?;
    let ship = ships.iter().find(|ship| ship["name"] == json!(name))?;
    Some(Place { x: ship["x"].as_f64()?, y: ship["y"].as_f64()? })
}

/// Flies and turns `page` towards a place: keys for the four directions, the mouse for the gun.
async fn head_for(page: &Page, target: Place) {
    let stats = page.stats().await;
    let own = own_place(&stats);
    let (dx, dy) = (target.x - own.x, target.y - own.y);
    let pairs = [('d', dx > 150.0), ('a', dx < -150.0), ('s', dy > 150.0), ('w', dy < -150.0)];
    let held: Vec<char> = pairs.iter().filter(|(_, held)| *held).map(|(key, _)| *key).collect();
    let free: Vec<char> = pairs.iter().filter(|(_, held)| !*held).map(|(key, _)| *key).collect();
    page.keys(&free, false).await;
    page.keys(&held, true).await;
    let size = page.run("return [innerWidth, innerHeight]").await;
    let (width, height) = (size[0].as_f64().unwrap(), size[1].as_f64().unwrap());
    let length = dx.hypot(dy).max(1.0);
    let reach = height * 0.4;
    page.point_at(width / 2.0 + dx / length * reach, height / 2.0 + dy / length * reach).await;
}

/// Brings `page` within sight of `target`, which stands still.
async fn approach(page: &Page, target: &Page, target_name: &str) {
    let start = Instant::now();
    loop {
        let place = own_place(&target.stats().await);
        if let Some(seen) = seen_place(&page.stats().await, target_name) {
            let own = own_place(&page.stats().await);
            if (seen.x - own.x).hypot(seen.y - own.y) < 400.0 {
                page.keys(&['w', 'a', 's', 'd'], false).await;
                return;
            }
        }
        assert!(start.elapsed() < PATIENCE, "{target_name} was never reached");
        head_for(page, place).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_players_meet_fight_and_survive_a_lost_connection() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let proxy = Proxy::start(server).await;
    let ada = driver.open_large(&format!("http://{server}/#room={ROOM}")).await;
    let bob = driver.open(&format!("http://{}/#room={ROOM}", proxy.address)).await;
    ada.screenshot("start").await;
    ada.play("Ada").await;
    bob.play("Bob").await;

    approach(&ada, &bob, "Bob").await;
    each_sees_the_other_move(&ada, "Ada", &bob, "Bob").await;
    let picture = ada.screenshot("game").await;
    assert_is_a_picture(&ada, &picture).await;
    the_ship_comes_back_after_a_cut(&bob, &proxy).await;
    one_shoots_the_other(&ada, &bob).await;
    ada.screenshot("kill").await;

    ada.close().await;
    bob.close().await;
}

async fn each_sees_the_other_move(ada: &Page, ada_name: &str, bob: &Page, bob_name: &str) {
    for (mover, watcher, name) in [(ada, bob, ada_name), (bob, ada, bob_name)] {
        let script =
            format!("return window.driftfield.stats().ships.some(ship => ship.name === '{name}')");
        watcher.wait_for(&format!("{name}'s ship"), &script).await;
        let before = seen_place(&watcher.stats().await, name).unwrap();
        // At the right edge one cannot fly right; then left will do.
        let (key, has_moved) = match before.x > 700.0 {
            true => ('a', format!("ship.x < {} - 20", before.x)),
            false => ('d', format!("ship.x > {} + 20", before.x)),
        };
        mover.keys(&[key], true).await;
        let script = format!(
            "const ship = window.driftfield.stats().ships.find(ship => ship.name === '{name}');
             return !!ship && {has_moved}"
        );
        watcher.wait_for(&format!("movement of {name}"), &script).await;
        mover.keys(&[key], false).await;
    }
}

async fn the_ship_comes_back_after_a_cut(page: &Page, proxy: &Proxy) {
    let before = page.stats().await;
    proxy.cut();
    page.wait_for(
        "sign of the lost connection",
        "return window.driftfield.stats().connection !== 'open'",
    )
    .await;
    page.wait_for(
        "return of the ship",
        "const stats = window.driftfield.stats();
         return stats.connection === 'open' && stats.alive === true",
    )
    .await;
    let after = page.stats().await;
    assert_eq!(after["player"], before["player"], "the same seat");
    let (from, to) = (own_place(&before), own_place(&after));
    assert!((from.x - to.x).hypot(from.y - to.y) < 600.0, "the same ship: {from:?}, {to:?}");
}

async fn one_shoots_the_other(ada: &Page, bob: &Page) {
    let start = Instant::now();
    let kills = |stats: &Value| stats["kills_seen"].as_u64().unwrap_or(0);
    let before = kills(&ada.stats().await);
    ada.keys(&[' '], true).await;
    while kills(&ada.stats().await) == before {
        assert!(start.elapsed() < PATIENCE, "nobody was hit");
        // Where Ada sees Bob; where he is, if he is out of her sight.
        let seen = seen_place(&ada.stats().await, "Bob");
        let place = match seen {
            Some(place) => place,
            None => own_place(&bob.stats().await),
        };
        head_for(ada, place).await;
    }
    ada.keys(&[' ', 'w', 'a', 's', 'd'], false).await;
    for page in [ada, bob] {
        page.wait_for(
            "kill in the feed",
            "return told('kill-feed', 'Ada') && told('kill-feed', 'Bob')",
        )
        .await;
    }
}

/// Whether a screenshot shows something: many colours, and not one of them nearly everywhere.
async fn assert_is_a_picture(page: &Page, path: &std::path::Path) {
    let bytes = std::fs::read(path).unwrap();
    assert!(bytes.len() > 30_000, "{} bytes", bytes.len());
    let count = page
        .run_async(
            "const [png, done] = arguments;
             const image = new Image();
             image.onload = () => {
               const canvas = new OffscreenCanvas(image.width, image.height);
               const context = canvas.getContext('2d');
               context.drawImage(image, 0, 0);
               const data = context.getImageData(0, 0, image.width, image.height).data;
               const colours = new Set();
               let bright = 0;
               for (let i = 0; i < data.length; i += 4) {
                 colours.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
                 if (data[i] + data[i + 1] + data[i + 2] > 300) bright += 1;
               }
               done([colours.size, bright / (data.length / 4)]);
             };
             image.onerror = () => done([0, 0]);
             image.src = 'data:image/png;base64,' + png;",
            vec![json!(base64(&bytes))],
        )
        .await;
    let (colours, bright) = (count[0].as_u64().unwrap(), count[1].as_f64().unwrap());
    assert!(colours > 300, "{colours} colours");
    assert!((0.0005..0.5).contains(&bright), "{bright} of the picture is bright");
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            text.push(match place <= chunk.len() {
                true => char::from(DIGITS[(word >> (18 - 6 * place)) as usize & 63]),
                false => '=',
            });
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_golden_hash_agrees_in_a_real_browser() {
    let Some(driver) = Driver::start().await else { return };
    let target_dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("web");
    let module = driftfield_golden::build_module(&target_dir).unwrap();
    // A page without the game's content security policy, which forbids modules from elsewhere.
    let page = driver.open("about:blank").await;
    let hash = page
        .run_async(
            "const [module, done] = arguments;
             const bytes = Uint8Array.from(atob(module), c => c.charCodeAt(0));
             WebAssembly.instantiate(bytes).then(
               ({instance}) => done(BigInt.asUintN(64, instance.exports.golden_hash()).toString()),
               error => done(String(error)),
             );",
            vec![json!(base64(&module))],
        )
        .await;
    assert_eq!(hash, json!(driftfield_golden::golden_hash().to_string()));
    page.close().await;
}
