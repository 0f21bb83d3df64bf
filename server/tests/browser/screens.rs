//! The page on screens of all sizes, for thumbs and for keys, in the system's colours, and for those who do not see it.

use serde_json::{Value, json};

use super::driver::{Driver, Page};
use super::{serve, serve_with_bots};

/// Rocks, ore and a station: the ship begins in the safe zone.
const ROOM: &str = "frontier";

/// Screens in CSS pixels, from the smallest phone to 4K.
const SCREENS: [(u32, u32); 10] = [
    (320, 568),
    (390, 844),
    (568, 320),
    (640, 480),
    (844, 390),
    (1024, 768),
    (1060, 700),
    (1280, 800),
    (1920, 1080),
    (3840, 2160),
];

/// What lies over another, or sticks out of the window. Parts that stand in each other are one.
pub const OVERLAPS: &str = "
    const parts = [...document.querySelectorAll(
        '.frame .plate, .feed li, .toast, .corner span, .boostpad, .menupad, .talkpads button, .notices > *, .chat:not(.open) li')];
    const shown = parts.filter(part => {
        const style = getComputedStyle(part);
        const box = part.getBoundingClientRect();
        return style.visibility === 'visible' && box.width > 0 && box.height > 0;
    });
    const name = part => part.className || part.dataset.testid || `${part.parentElement.className} ${part.tagName}`;
    // What a scrolling or cutting parent hides is not on the screen.
    const box = part => {
        let { left, top, right, bottom } = part.getBoundingClientRect();
        for (let up = part.parentElement; up; up = up.parentElement) {
            if (getComputedStyle(up).overflow === 'visible') continue;
            const clip = up.getBoundingClientRect();
            left = Math.max(left, clip.left); right = Math.min(right, clip.right);
            top = Math.max(top, clip.top); bottom = Math.min(bottom, clip.bottom);
        }
        return { left, top, right, bottom };
    };
    const found = [];
    shown.forEach((a, index) => {
        const p = box(a);
        if (p.right - p.left < 1 || p.bottom - p.top < 1) return;
        if (p.left < -1 || p.top < -1 || p.right > innerWidth + 1 || p.bottom > innerHeight + 1)
            found.push(name(a) + ' sticks out');
        shown.slice(index + 1).forEach(b => {
            if (a.contains(b) || b.contains(a)) return;
            const q = box(b);
            const width = Math.min(p.right, q.right) - Math.max(p.left, q.left);
            const height = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
            if (width > 1 && height > 1) found.push(name(a) + ' over ' + name(b));
        });
    });
    return found;";

/// Pulls the trigger where guns are off, so that there is a notice, too. It stays: no frame is drawn from then on.
async fn hold_with_notice(page: &Page) {
    let is_told =
        "return document.querySelector('[data-testid=toasts]').innerText.includes('Guns are off')";
    loop {
        page.keys(&[' '], true).await;
        page.wait_for("reason why no shot came", is_told).await;
        page.hold_frames(true).await;
        page.keys(&[' '], false).await;
        if page.run(is_told).await == json!(true) {
            return;
        }
        go_on(page).await;
    }
}

/// Ends that, and lets the page see that the trigger is free.
async fn go_on(page: &Page) {
    page.hold_frames(false).await;
    page.wait_for_frames().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_plate_lies_over_another_from_a_small_phone_to_4k() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve_with_bots(12).await;
    let page = driver.open(&format!("http://{server}/#room={ROOM}")).await;
    page.play("Ada").await;
    // What moves in lies elsewhere for an instant.
    let still = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
    page.cdp("Emulation.setEmulatedMedia", still).await;
    for is_net_open in [false, true] {
        if is_net_open {
            page.press('n').await;
            page.wait_for("network panel", "return !!document.querySelector('.net dd')").await;
        }
        for (width, height) in SCREENS {
            page.set_screen(width, height, false).await;
            // A line of chat, too; it may be refused, and then says why.
            page.press(ENTER).await;
            page.write("chat-field", "Who wants to fly out with me?\n").await;
            page.wait_for("a line", "return !!document.querySelector('.chat:not(.open) li')").await;
            hold_with_notice(&page).await;
            let mut layouts = vec![(false, 1.0), (true, 1.0), (false, 0.75)];
            if width >= 1_024 {
                layouts.extend([(true, 2.0), (false, 2.0)]);
            }
            for (is_touch, scale) in layouts {
                page.run(&format!(
                    "document.documentElement.classList.toggle('touching', {is_touch});
                     document.documentElement.style.setProperty('--ui', {scale}); return null"
                ))
                .await;
                let found = page.run(OVERLAPS).await;
                assert_eq!(
                    found,
                    json!([]),
                    "{width}x{height}, touch: {is_touch}, scale: {scale}, panel: {is_net_open}"
                );
            }
            page.run("document.documentElement.style.setProperty('--ui', 1); return null").await;
            if !is_net_open {
                page.screenshot(&format!("screen-{width}x{height}")).await;
            }
            go_on(&page).await;
        }
    }
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_is_laid_out_for_thumbs_before_the_first_frame_and_a_keyboard_changes_that() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open("about:blank").await;
    page.set_screen(390, 844, true).await;
    page.goto(&format!("http://{server}/#room={ROOM}")).await;
    let is_touch = "return document.documentElement.classList.contains('touching')";
    assert_eq!(page.run(is_touch).await, json!(true), "before anything was touched");
    let shown = page
        .run("return [...document.querySelectorAll('.keys')].filter(keys => keys.offsetWidth > 0).map(keys => keys.innerText)")
        .await;
    assert!(shown.to_string().contains("left thumb"), "{shown}");
    page.tap_on("play").await;
    page.wait_for("flight", "return window.driftfield?.stats?.().alive === true").await;
    assert_eq!(page.run(is_touch).await, json!(true), "in the first frame");
    page.wait_for(
        "hint for thumbs",
        "return document.querySelector('[data-testid=hint]')?.innerText.startsWith('Left thumb') ?? false",
    )
    .await;
    page.screenshot("phone").await;
    page.press('d').await;
    page.wait_for(
        "layout for keys",
        "return !document.documentElement.classList.contains('touching')",
    )
    .await;
    page.tap(100.0, 500.0).await;
    page.wait_for("layout for thumbs", is_touch).await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shot_in_the_safe_zone_says_why_and_the_board_knows_ones_own_place() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve_with_bots(12).await;
    let page = driver.open(&format!("http://{server}/#room={ROOM}")).await;
    page.play("Ada").await;
    for _ in 0..2 {
        page.keys(&[' '], true).await;
        let says_why =
            "document.querySelector('[data-testid=toasts]').innerText.includes('Guns are off')";
        page.wait_for("reason why no shot came", &format!("return {says_why}")).await;
        page.keys(&[' '], false).await;
        page.wait_for("end of the notice", &format!("return !{says_why}")).await;
    }
    let own_row = "const row = document.querySelector('[data-testid=leaderboard] tr.me');
                   return row ? [...row.cells].map(cell => cell.innerText.trim()) : null";
    page.wait_for(
        "own place and kills",
        "const row = document.querySelector('[data-testid=leaderboard] tr.me');
         const number = /^\\d+$/;
         return !!row && number.test(row.cells[0].innerText) && number.test(row.cells[3].innerText)",
    )
    .await;
    let row = page.run(own_row).await;
    assert_eq!(row[1], "Ada", "{row}");
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forced_colours_leave_borders_and_bars_to_be_seen() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open("about:blank").await;
    let forced = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
    page.cdp("Emulation.setEmulatedMedia", forced).await;
    page.goto(&format!("http://{server}/#room={ROOM}")).await;
    assert_eq!(page.run("return matchMedia('(forced-colors: active)').matches").await, json!(true));
    let border = page
        .run("return parseFloat(getComputedStyle(document.getElementById('play')).borderTopWidth)")
        .await;
    assert!(border.as_f64().unwrap() >= 1.0, "Play has a border of {border}");
    page.play("Ada").await;
    let bars = page
        .run(
            "return [...document.querySelectorAll('.vitals .track')].map(track => {
                 const bar = getComputedStyle(track.firstElementChild), behind = getComputedStyle(track);
                 return { bar: bar.backgroundColor, behind: behind.backgroundColor, image: bar.backgroundImage };
             })",
        )
        .await;
    for bar in bars.as_array().unwrap() {
        assert_ne!(bar["bar"], bar["behind"], "{bars}");
        assert_ne!(bar["bar"], json!("rgba(0, 0, 0, 0)"), "{bars}");
        assert_eq!(bar["image"], json!("none"), "{bars}");
    }
    assert_eq!(bars.as_array().unwrap().len(), 5, "hull, shield, energy, boost, hold");
    page.screenshot("forced-colours").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_and_focus_are_right_for_those_who_do_not_see_the_page() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open(&format!("http://{server}/#room={ROOM}")).await;
    page.play("Ada").await;
    // The bars follow the first frame that shows the ship.
    page.wait_for(
        "full hull in the meter",
        "return document.querySelector('[role=meter]')?.getAttribute('aria-valuenow') === '100'",
    )
    .await;
    let meters = page
        .run(
            "return [...document.querySelectorAll('[role=meter]')].map(meter =>
                 [meter.getAttribute('aria-label'), meter.getAttribute('aria-valuenow')])",
        )
        .await;
    assert_eq!(meters[0], json!(["Hull", "100"]), "{meters}");
    assert_eq!(meters[4], json!(["Hold", "0"]), "{meters}");
    page.wait_for(
        "hint in a live region",
        "return !!document.querySelector('[role=status] > [data-testid=hint]')",
    )
    .await;
    page.press(ESCAPE).await;
    page.wait_for(
        "focus in the menu",
        "return !!document.activeElement?.closest('[data-testid=menu]')",
    )
    .await;
    assert_eq!(page.run("return document.querySelector('.frame').inert").await, json!(true));
    // The size of the interface is one of the menu's buttons, and is kept.
    let size =
        || page.run("return parseFloat(getComputedStyle(document.documentElement).fontSize)");
    let before = size().await.as_f64().unwrap();
    page.click("settings-button").await;
    page.click("larger").await;
    let after = size().await.as_f64().unwrap();
    assert!((after / before - 1.1).abs() < 0.01, "{before} px, then {after} px");
    assert_eq!(page.run("return localStorage.getItem('driftfield.scale')").await, json!("110"));
    page.click("close-settings").await;
    page.press(ESCAPE).await;
    page.wait_for("menu", "return !!document.querySelector('[data-testid=leave]')").await;
    page.click("leave").await;
    page.wait_for("focus on Play", "return document.activeElement?.id === 'play'").await;
    page.close().await;
}

/// The Enter and Escape keys, as WebDriver names them.
const ENTER: char = '\u{e007}';
const ESCAPE: char = '\u{e00c}';

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cold_start_shows_how_far_it_is_and_leaves_the_page_alive() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open("about:blank").await;
    // Play is pressed at once; what its button says is written down, with the number of frames that the page has drawn.
    let script = json!({ "source": "
        window.said = []; window.frames_drawn = 0;
        const count = () => { window.frames_drawn += 1; requestAnimationFrame(count); };
        requestAnimationFrame(count);
        addEventListener('DOMContentLoaded', () => {
            const play = document.getElementById('play');
            new MutationObserver(() => said.push([frames_drawn, play.textContent]))
                .observe(play, { childList: true, characterData: true, subtree: true });
            play.click();
        });" });
    page.cdp("Page.addScriptToEvaluateOnNewDocument", script).await;
    page.goto(&format!("http://{server}/#room={ROOM}")).await;
    page.wait_for("flight", "return window.driftfield?.stats?.().alive === true").await;
    let said = page.run("return window.said").await;
    let steps: Vec<&Value> = said
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step[1].as_str().is_some_and(|text| text.starts_with("Preparing")))
        .collect();
    assert!(steps.len() >= 3, "{said}");
    let frames = |step: &Value| step[0].as_u64().unwrap();
    for pair in steps.windows(2) {
        assert!(frames(pair[1]) > frames(pair[0]), "no frame between two steps: {said}");
    }
    page.close().await;
}
