//! The page in other languages: Russian, and one that nobody speaks, which shows what is said by no file and what has no room.

use std::path::Path;

use driftfield_locales::{Locale, Locales};
use serde_json::{Value, json};

use super::driver::{Driver, Page};
use super::screens::OVERLAPS;
use super::{ROOM, approach, one_shoots_the_other, serve, serve_with_bots};

/// A room with asteroids and a station.
const FRONTIER: &str = "frontier";

/// Makes the browser of the next pages one of a Russian.
pub async fn prefer_russian(page: &Page) {
    let agent = page.run("return navigator.userAgent").await;
    let languages = json!({ "userAgent": agent, "acceptLanguage": "ru-RU,ru,en-US,en" });
    page.cdp("Emulation.setUserAgentOverride", languages).await;
}

/// What the page says in the place of an id.
async fn text(page: &Page, testid: &str) -> String {
    let text = page
        .run(&format!("return document.querySelector('[data-testid={testid}]')?.innerText ?? ''"))
        .await;
    text.as_str().unwrap_or_default().trim().to_owned()
}

/// Waits until the page says something in the place of an id.
async fn wait_for_text(page: &Page, testid: &str, text: &str) {
    let script = format!(
        "return document.querySelector('[data-testid={testid}]')?.innerText.includes('{text}') ?? false"
    );
    page.wait_for(&format!("“{text}”"), &script).await;
}

/// Opens the menu, whatever the page is laid out for.
async fn open_menu(page: &Page) {
    page.wait_for(
        "end of the start screen's fading",
        "return getComputedStyle(document.getElementById('start')).visibility === 'hidden'",
    )
    .await;
    page.run("document.querySelector('.menupad').click(); return null").await;
    page.wait_for("menu", "return !!document.querySelector('[data-testid=menu]')").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_russian_reads_russian_from_the_start_page_to_the_death_card() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let url = format!("http://{server}/#room={ROOM}");
    let page = driver.open_large("about:blank").await;
    prefer_russian(&page).await;
    page.goto(&url).await;
    page.wait_for("Russian", "return document.documentElement.lang === 'ru'").await;
    assert_eq!(text(&page, "play").await, "Играть");
    wait_for_text(&page, "rooms", "Полигон").await;
    wait_for_text(&page, "rooms", "пилотов").await;
    page.screenshot("ru-start").await;
    page.play("Bob").await;
    wait_for_text(&page, "hull", "Корпус").await;
    wait_for_text(&page, "room", "Полигон").await;
    page.screenshot("ru-game").await;
    open_menu(&page).await;
    for (button, title) in [("help-button", "Клавиши"), ("account-button", "Аккаунт")]
    {
        page.screenshot(&format!("ru-menu-{button}")).await;
        page.click(button).await;
        wait_for_text(&page, button.trim_end_matches("-button"), title).await;
        page.screenshot(&format!("ru-{button}")).await;
        page.run("document.querySelector('[data-testid^=close]').click(); return null").await;
        open_menu(&page).await;
    }
    page.click("network-button").await;
    wait_for_text(&page, "network-panel", "Задержка показа").await;
    page.screenshot("ru-network").await;
    page.click("network-close").await;

    let ada = driver.open(&url).await;
    ada.play("Ada").await;
    approach(&ada, &page, "Bob").await;
    one_shoots_the_other(&ada, &page).await;
    page.screenshot("ru-death").await;
    for (reader, place, words) in [
        (&page, "death", "Корабль сбит"),
        (&page, "death", "Противник: Ada"),
        (&page, "kill-feed", "сбивает"),
        (&ada, "kill-feed", "destroyed"),
    ] {
        reader.wait_for(words, &format!("return told('{place}', '{words}')")).await;
    }
    ada.close().await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_language_is_spoken_at_once_and_again_on_the_next_visit() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open_large(&format!("http://{server}/#room={FRONTIER}")).await;
    let ready = "return document.documentElement.dataset.ready === 'yes'";
    page.wait_for("the game", ready).await;
    assert_eq!(text(&page, "play").await, "Play");
    page.run("document.querySelector('[data-language=ru]').click(); return null").await;
    page.wait_for("Russian", "return document.documentElement.lang === 'ru'").await;
    wait_for_text(&page, "play", "Играть").await;
    wait_for_text(&page, "rooms", "Фронтир").await;
    page.play("Ada").await;
    open_menu(&page).await;
    page.click("settings-button").await;
    wait_for_text(&page, "settings", "Лететь дальше").await;
    page.run("document.querySelector('[data-testid=settings] [lang=en]').click(); return null")
        .await;
    wait_for_text(&page, "settings", "Fly on").await;
    // What is behind the settings, too.
    wait_for_text(&page, "hull", "Hull").await;
    let pressed =
        "return document.querySelector('[data-testid=settings] [aria-pressed=true]').lang";
    assert_eq!(page.run(pressed).await, json!("en"));
    page.run("document.querySelector('[data-testid=settings] [lang=ru]').click(); return null")
        .await;
    wait_for_text(&page, "settings", "Лететь дальше").await;
    page.click("close-settings").await;
    open_menu(&page).await;
    page.click("leave").await;
    page.goto(&format!("http://{server}/")).await;
    page.wait_for("Russian", "return document.documentElement.lang === 'ru'").await;
    page.wait_for("the game", ready).await;
    assert_eq!(text(&page, "play").await, "Играть");
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_language_the_page_speaks_english_and_without_that_it_says_so() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let page = driver.open_large("about:blank").await;
    prefer_russian(&page).await;
    page.prepare(
        "window.lost = 'locale-ru';
         const load = window.fetch;
         window.fetch = (url, ...rest) => String(url).includes(sessionStorage.lost ?? 'locale-ru')
             ? Promise.resolve(new Response('', { status: 404 })) : load(url, ...rest);",
    )
    .await;
    page.goto(&format!("http://{server}/#room={FRONTIER}")).await;
    page.play("Ada").await;
    wait_for_text(&page, "hull", "Hull").await;
    assert_eq!(page.run("return document.documentElement.lang").await, json!("en"));
    page.run("sessionStorage.lost = 'locale-'; return null").await;
    page.goto(&format!("http://{server}/?again")).await;
    let fault = "const fault = document.getElementById('fault');
         return !fault.hidden && fault.innerText.startsWith('The game could not be loaded')
             && getComputedStyle(fault).visibility === 'visible'";
    page.wait_for("fault", fault).await;
    page.close().await;
}

/// The table of a language that nobody speaks, numbered as the page's own.
fn pseudo() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/locales");
    let read = |tag: &str| {
        let text = std::fs::read_to_string(folder.join(tag).with_extension("ftl")).unwrap();
        Locale::read(tag, &text).unwrap()
    };
    let (english, russian) = (read("en"), read("ru"));
    let pseudo = english.pseudo("pseudo");
    Locales::new(vec![english, russian, pseudo]).unwrap().table("pseudo").unwrap()
}

/// What a player can read and no file says: every message of this language is in brackets. Names, figures, what is printed on keys,
/// and what a player types as it stands are no messages.
const UNMARKED: &str = r"
    const free = '.who, .feed b, .death b, .chat bdi, h1, #languages, .languages, .words, noscript, script, style, textarea';
    const printed = /^((Shift|Enter|Tab|Esc|F1|F3|\S( \S)*)(, )?)+$/u;
    const found = [];
    const look = (where, text) => {
        if (/\p{L}/u.test(text) && !/[\[\]]/.test(text) && !printed.test(text.trim())) found.push(where + ': ' + text.trim());
    };
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const parent = walk.currentNode.parentElement;
        if (!parent.closest(free) && parent.checkVisibility({ visibilityProperty: true }))
            look(parent.tagName, walk.currentNode.data);
    }
    for (const element of document.querySelectorAll('[aria-label], [placeholder], meta[name=description]'))
        for (const name of ['aria-label', 'placeholder', 'content'])
            if (element.hasAttribute(name) && !element.closest('#link-profile'))
                look(element.tagName + ' ' + name, element.getAttribute(name));
    return found;";

/// Texts that stick out of what they belong to, or are cut. Names may be cut, and a bracket may stick out.
const CUT: &str = r"
    const free = '.who, .feed, .words, .spelled, .sky, .scene, h1, .net h2';
    const brackets = 8;
    const found = [];
    const name = element => (element.dataset.testid || element.className || element.tagName) + ': ' + element.innerText.slice(0, 60);
    for (const element of document.querySelectorAll('#start *, #hud *')) {
        if (!(element instanceof HTMLElement) || element.closest(free) || !element.innerText.trim()
            || !element.checkVisibility({ visibilityProperty: true })) continue;
        const style = getComputedStyle(element);
        const { clientWidth, clientHeight, scrollWidth, scrollHeight } = element;
        if (style.overflowX !== 'visible' && clientWidth && scrollWidth > clientWidth + 1) found.push('cut ' + name(element));
        if (style.overflowY === 'hidden' && clientHeight && scrollHeight > clientHeight + 1 && !element.matches('.right'))
            found.push('cut below ' + name(element));
        if (/flex|grid/.test(style.display) && clientWidth && scrollWidth > clientWidth + 1) found.push('too wide ' + name(element));
        if (style.display.startsWith('inline')) continue;
        const box = element.getBoundingClientRect();
        for (const node of element.childNodes) {
            if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
            const range = document.createRange();
            range.selectNodeContents(node);
            const text = range.getBoundingClientRect();
            if (text.left < box.left - brackets || text.right > box.right + brackets) found.push('sticks out ' + name(element));
            if (text.right > innerWidth + 1) found.push('out of the window ' + name(element));
        }
    }
    return found;";

/// Looks at what is on the screen, and writes down what is wrong with it.
async fn look(page: &Page, what: &str, found: &mut Vec<String>) {
    for (check, script) in [("unmarked", UNMARKED), ("cut", CUT), ("overlap", OVERLAPS)] {
        let wrong: Value = page.run(script).await;
        for wrong in wrong.as_array().unwrap() {
            found.push(format!("{what}: {check}: {wrong}"));
        }
    }
    page.screenshot(&format!("pseudo-{what}")).await;
}

/// The chat and the wheel of phrases.
async fn look_at_chat(page: &Page, screen: &dyn Fn(&str) -> String, found: &mut Vec<String>) {
    let press =
        |pad: &str| format!("document.querySelector('[data-testid={pad}]').click(); return null");
    page.run(&press("wheel-pad")).await;
    page.wait_for("wheel", "return !!document.querySelector('[data-testid=wheel]')").await;
    look(page, &screen("wheel"), found).await;
    page.run(&press("chat-pad")).await;
    page.wait_for("chat", "return !!document.getElementById('chat-field')").await;
    page.write("chat-field", "/help\n").await;
    page.write("chat-field", "/w Ada").await;
    page.wait_for("help", "return document.querySelectorAll('.chat ul li').length > 3").await;
    look(page, &screen("chat"), found).await;
    page.write("chat-field", "/r nobody\n").await;
    let is_told = "return !!document.querySelector('[data-testid=chat-note]').innerText";
    page.wait_for("why nothing is said", is_told).await;
    look(page, &screen("chat-fault"), found).await;
    page.run(&press("chat-close")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_text_is_from_a_file_and_has_room_in_a_longer_language() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve_with_bots(12).await;
    let mut found = Vec::new();
    for (width, height, is_touch) in [(1280, 720, false), (390, 844, true)] {
        let page = driver.open_large("about:blank").await;
        page.set_screen(width, height, is_touch).await;
        // What moves in lies elsewhere for an instant.
        let still =
            json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
        page.cdp("Emulation.setEmulatedMedia", still).await;
        prefer_russian(&page).await;
        page.prepare(&format!(
            "const load = window.fetch;
             window.fetch = (url, ...rest) => String(url).includes('locale-ru')
                 ? Promise.resolve(new Response({})) : load(url, ...rest);",
            json!(pseudo())
        ))
        .await;
        page.goto(&format!("http://{server}/#room={FRONTIER}")).await;
        page.wait_for("rooms", "return !!document.querySelector('#rooms small')").await;
        let screen = |what: &str| format!("{width}-{what}");
        look(&page, &screen("start"), &mut found).await;
        page.play("Ada").await;
        page.wait_for("hint", "return !!document.querySelector('[data-testid=hint]')").await;
        look(&page, &screen("hint"), &mut found).await;
        if !is_touch {
            // A trigger pulled where guns are off: there is a notice, too.
            page.keys(&[' '], true).await;
            page.wait_for_frames().await;
            page.keys(&[' '], false).await;
        }
        look(&page, &screen("flight"), &mut found).await;
        look_at_chat(&page, &screen, &mut found).await;
        open_menu(&page).await;
        look(&page, &screen("menu"), &mut found).await;
        page.click("help-button").await;
        page.wait_for("help", "return !!document.querySelector('[data-testid=help]')").await;
        look(&page, &screen("help"), &mut found).await;
        page.click("close-help").await;
        open_menu(&page).await;
        page.click("settings-button").await;
        look(&page, &screen("settings"), &mut found).await;
        page.run("document.querySelector('[data-action=wheel]').click(); return null").await;
        page.wait_for("awaited key", "return !!document.querySelector('.awaiting')").await;
        look(&page, &screen("settings-key"), &mut found).await;
        page.press('w').await;
        look(&page, &screen("settings-taken"), &mut found).await;
        page.click("close-settings").await;
        open_menu(&page).await;
        page.click("account-button").await;
        look(&page, &screen("account"), &mut found).await;
        for (button, what) in [
            ("account-show", "[data-testid=words] li"),
            ("account-enter", "[data-testid=account-use]"),
            ("account-rotate", "[data-testid=account-rotate-now]"),
            ("account-delete", "[data-testid=account-delete-now]"),
        ] {
            page.click(button).await;
            page.wait_for(button, &format!("return !!document.querySelector('{what}')")).await;
            if button == "account-enter" {
                page.write("account-words", "two words").await;
                page.click("account-use").await;
                let is_told =
                    "return !!document.querySelector('[data-testid=account-notice]').innerText";
                page.wait_for("what is wrong with the words", is_told).await;
            }
            look(&page, &screen(button), &mut found).await;
            page.click("account-back").await;
        }
        page.click("close-account").await;
        open_menu(&page).await;
        page.click("network-button").await;
        page.wait_for("kinds", "return !!document.querySelector('[data-testid=kinds] dd')").await;
        look(&page, &screen("network"), &mut found).await;
        page.write("link-profile", "wasd\n").await;
        page.wait_for(
            "fault",
            "return !!document.querySelector('[data-testid=link-fault]').innerText",
        )
        .await;
        look(&page, &screen("network-fault"), &mut found).await;
        page.close().await;
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
