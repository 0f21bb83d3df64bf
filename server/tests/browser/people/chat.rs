//! Players talk: lines, whispers, phrases and places, with keys and thumbs, over lost connections.

use serde_json::{Value, json};

use crate::driver::{Driver, IN_FLIGHT, Page};
use crate::languages::prefer_russian;
use crate::network::proxy::Proxy;
use crate::{ROOM, serve};

const ENTER: char = '\u{e007}';
const ESCAPE: char = '\u{e00c}';
const TAB: char = '\u{e004}';
const UP: char = '\u{e013}';

/// The lines that a page shows.
const LINES: &str =
    "[...document.querySelectorAll('[data-testid=chat-lines] > li')].map(line => line.innerText)";

/// Opens the chat, if it is closed, and writes a line; a line feed at its end says it.
async fn type_line(page: &Page, text: &str) {
    if page.run("return !document.getElementById('chat-field')").await == json!(true) {
        page.press(ENTER).await;
    }
    page.write("chat-field", text).await;
}

/// What is in the field.
async fn field(page: &Page) -> Value {
    page.run("return document.getElementById('chat-field')?.value ?? null").await
}

/// Waits until so many lines of a page hold a text.
async fn wait_for_lines(page: &Page, text: &str, count: usize) {
    let script =
        format!("return {LINES}.filter(line => line.includes('{text}')).length === {count}");
    page.wait_for(&format!("{count} of “{text}”"), &script).await;
}

/// Waits until the server has confirmed an own line.
async fn wait_for_receipt(page: &Page, text: &str) {
    let script =
        format!("return {LINES}.some(line => line.includes('{text}') && line.includes('✓'))");
    page.wait_for(&format!("receipt of “{text}”"), &script).await;
}

async fn open_chat(page: &Page) {
    if field(page).await == Value::Null {
        page.press(ENTER).await;
    }
    page.wait_for("the field", "return document.activeElement?.id === 'chat-field'").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_players_talk_whisper_and_lose_nothing_with_the_connection() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let proxy = Proxy::start(server).await;
    let ada = driver.open_large(&format!("http://{server}/#room={ROOM}")).await;
    let bob = driver.open(&format!("http://{}/#room={ROOM}", proxy.address)).await;
    ada.play("Ada").await;
    bob.play("Bob").await;
    keys_are_let_go_when_the_chat_opens(&ada).await;
    type_line(&ada, "Hello, is https://example.org yours?\n").await;
    for page in [&ada, &bob] {
        wait_for_lines(page, "is https://example.org yours?", 1).await;
    }
    wait_for_receipt(&ada, "yours?").await;
    assert_eq!(field(&ada).await, Value::Null, "a line that is said closes the chat");
    let links = ada.run("return document.querySelectorAll('.chat a').length").await;
    assert_eq!(links, json!(0), "a link stays text");
    ada.screenshot("chat-closed").await;
    a_whisper_is_completed_and_answered(&ada, &bob).await;
    what_is_no_command_is_told(&bob).await;
    lines_outlive_the_connection(&ada, &bob, &proxy).await;
    ada.screenshot("chat-open").await;
    commands_keep_company_bearable(&ada, &bob).await;
    too_much_is_refused_and_tried_again(&bob, &ada).await;
    ada.close().await;
    bob.close().await;
}

async fn keys_are_let_go_when_the_chat_opens(page: &Page) {
    page.keys(&['d'], true).await;
    page.wait_for("thrust", "return window.driftfield.stats().thrust_x !== 0").await;
    page.keys(&[ENTER], true).await;
    page.keys(&[ENTER, 'd'], false).await;
    page.wait_for(
        "the keys let go, and the keyboard in the field",
        "return window.driftfield.stats().thrust_x === 0 && document.activeElement?.id === 'chat-field'",
    )
    .await;
    // An input method takes Enter for itself.
    page.write("chat-field", "wasd").await;
    page.run(
        "document.getElementById('chat-field').dispatchEvent(new KeyboardEvent('keydown',
             {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true})); return null",
    )
    .await;
    assert_eq!(field(page).await, json!("wasd"), "nothing was said");
    let thrust = page.run("return window.driftfield.stats().thrust_y").await;
    assert_eq!(thrust, json!(0), "what is typed flies nothing");
    page.press(ESCAPE).await;
    page.wait_for("end", "return !document.getElementById('chat-field')").await;
    assert_eq!(page.run("return document.activeElement?.id").await, json!("world"));
    page.press(ENTER).await;
    assert_eq!(field(page).await, json!("wasd"), "what was typed is still there");
}

async fn a_whisper_is_completed_and_answered(ada: &Page, bob: &Page) {
    type_line(bob, "/w ad").await;
    bob.press(TAB).await;
    assert_eq!(field(bob).await, json!("/w Ada "));
    wait_for_note(bob, "Only Ada reads this").await;
    bob.write("chat-field", "/w Ada behind you\n").await;
    wait_for_lines(ada, "Bob → you: behind you", 1).await;
    wait_for_lines(bob, "you → Ada: behind you", 1).await;
    type_line(ada, "/r thanks\n").await;
    wait_for_lines(bob, "Ada → you: thanks", 1).await;
    type_line(ada, "/me waves\n").await;
    wait_for_lines(bob, "Ada waves", 1).await;
    // A name leads to a whisper.
    open_chat(bob).await;
    bob.run("document.querySelector('.chat button.name').click(); return null").await;
    assert_eq!(field(bob).await, json!("/w Ada "));
}

async fn wait_for_note(page: &Page, text: &str) {
    let script = format!(
        "return document.querySelector('[data-testid=chat-note]')?.innerText.includes('{text}') ?? false"
    );
    page.wait_for(&format!("“{text}”"), &script).await;
}

async fn what_is_no_command_is_told(bob: &Page) {
    type_line(bob, "/dance now\n").await;
    wait_for_note(bob, "/dance").await;
    assert_eq!(field(bob).await, json!("/dance now"));
    bob.write("chat-field", "/help\n").await;
    wait_for_lines(bob, "/me text", 1).await;
    // The own last lines come back.
    bob.press(UP).await;
    assert_eq!(field(bob).await, json!("/help"));
    bob.press(UP).await;
    assert_eq!(field(bob).await, json!("/w Ada behind you"));
    // Of two slashes one is said; so long a line is not, and the field counts as people do.
    bob.write("chat-field", "//w is for whispers\n").await;
    wait_for_lines(bob, "Bob: /w is for whispers", 1).await;
    type_line(bob, &"я".repeat(190)).await;
    wait_for_note(bob, "10 characters left").await;
    bob.write("chat-field", &format!("{}\n", "я".repeat(201))).await;
    wait_for_note(bob, "1 character too many").await;
    bob.write("chat-field", "").await;
    bob.press(ESCAPE).await;
}

async fn lines_outlive_the_connection(ada: &Page, bob: &Page, proxy: &Proxy) {
    proxy.refuse(true);
    proxy.cut();
    bob.wait_for("the cut", "return window.driftfield.stats().connection !== 'open'").await;
    type_line(bob, "said while away\n").await;
    open_chat(bob).await;
    wait_for_lines(bob, "said while away", 1).await;
    for line in ["one for Bob", "two for Bob"] {
        type_line(ada, &format!("{line}\n")).await;
        wait_for_receipt(ada, line).await;
    }
    proxy.refuse(false);
    wait_for_receipt(bob, "said while away").await;
    open_chat(ada).await;
    for page in [ada, bob] {
        for line in ["said while away", "one for Bob", "two for Bob", "yours?", "behind you"] {
            wait_for_lines(page, line, 1).await;
        }
    }
    let lines = bob.run(&format!("return {LINES}")).await.to_string();
    assert!(lines.find("one for Bob") < lines.find("two for Bob"), "{lines}");
    assert!(lines.find("two for Bob") < lines.find("said while away"), "{lines}");
}

async fn commands_keep_company_bearable(ada: &Page, bob: &Page) {
    type_line(ada, "/ignore bob\n").await;
    wait_for_lines(ada, "You hear Bob no more", 1).await;
    type_line(bob, "can you hear me?\n").await;
    wait_for_receipt(bob, "can you hear me?").await;
    wait_for_lines(ada, "two for Bob", 1).await;
    wait_for_lines(ada, "can you hear me?", 0).await;
    type_line(ada, "/ignored\n").await;
    wait_for_lines(ada, "You ignore: Bob", 1).await;
    type_line(ada, "/unignore Bob\n").await;
    wait_for_lines(ada, "can you hear me?", 1).await;
    for (typed, told) in [
        ("/kick Ada ramming", "Your role does not allow that."),
        ("/votekick Ada", "A vote needs 3 active players."),
        ("/yes", "There is no such vote for you."),
    ] {
        type_line(bob, &format!("{typed}\n")).await;
        wait_for_lines(bob, told, 1).await;
    }
    type_line(bob, "/mute Ada soon\n").await;
    wait_for_note(bob, "/mute name 10m").await;
    bob.write("chat-field", "").await;
    bob.press(ESCAPE).await;
}

async fn too_much_is_refused_and_tried_again(bob: &Page, ada: &Page) {
    // Typed by a script: however slow the machine is, that is faster than the server allows.
    bob.run_async(
        "const done = arguments[0];
         let said = 0;
         const next = () => {
             const field = document.getElementById('chat-field');
             if (!field) {
                 const enter = { code: 'Enter', key: 'Enter', bubbles: true, cancelable: true };
                 document.body.dispatchEvent(new KeyboardEvent('keydown', enter));
             } else if (said === 12) {
                 return done(null);
             } else {
                 field.value = `flood ${said++}`;
                 field.dispatchEvent(new Event('input', { bubbles: true }));
                 field.form.requestSubmit();
             }
             setTimeout(next, 5);
         };
         next();",
        vec![],
    )
    .await;
    open_chat(bob).await;
    bob.wait_for(
        "why a line is refused",
        "return document.querySelector('[data-testid=chat-refused]')?.innerText.includes('too fast') ?? false",
    )
    .await;
    bob.screenshot("chat-refused").await;
    let refused = "[...document.querySelectorAll('.chat .failed')].map(line => line.querySelector('.text').innerText)";
    let line = bob.run(&format!("return {refused}.at(-1)")).await;
    let line = line.as_str().unwrap();
    // It is tried until the server has time for it.
    bob.wait_for(
        "the line that was refused",
        &format!(
            "const failed = [...document.querySelectorAll('.chat .failed')].find(line => line.innerText.includes('{line}'));
             if (failed && Math.random() < 0.02) failed.querySelector('[data-testid=chat-retry]').click();
             return {LINES}.some(text => text.includes('{line}') && text.includes('✓'))"
        ),
    )
    .await;
    open_chat(ada).await;
    wait_for_lines(ada, line, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thumbs_say_phrases_that_each_reads_in_his_language_and_point_at_places() {
    let Some(driver) = Driver::start().await else { return };
    let server = serve().await;
    let url = format!("http://{server}/#room={ROOM}");
    let phone = driver.open("about:blank").await;
    phone.set_screen(390, 844, true).await;
    phone.goto(&url).await;
    phone.wait_for("the name box", "return !!document.querySelector('[data-testid=name]')").await;
    phone.tap_on("play").await;
    phone.wait_for("flight", IN_FLIGHT).await;
    phone.wait_for_end_of_start().await;
    let vera = driver.open_large("about:blank").await;
    prefer_russian(&vera).await;
    vera.goto(&url).await;
    vera.play("Vera").await;
    vera.wait_for_end_of_start().await;

    phone.tap_on("wheel-pad").await;
    phone.wait_for("wheel", "return !!document.querySelector('[data-testid=wheel]')").await;
    phone.screenshot("wheel-phone").await;
    phone.tap_on("phrase-1").await;
    wait_for_lines(&phone, "Hello!", 1).await;
    wait_for_lines(&vera, "Привет!", 1).await;

    a_key_chooses_by_digit_and_by_mouse(&vera, &phone).await;
    a_pad_chooses_by_its_stick(&vera, &phone).await;
    places_are_pointed_at(&vera, &phone).await;

    // What is written with thumbs stands above the keyboard.
    phone.tap_on("chat-pad").await;
    phone.wait_for("the field", "return document.activeElement?.id === 'chat-field'").await;
    phone
        .run("document.documentElement.style.setProperty('--keyboard', '300px'); return null")
        .await;
    let bottom = phone
        .run("return document.querySelector('.chat form').getBoundingClientRect().bottom")
        .await;
    assert!(bottom.as_f64().unwrap() <= 844.0 - 300.0, "{bottom}");
    phone.screenshot("chat-phone").await;
    phone.write("chat-field", "typed with thumbs\n").await;
    wait_for_lines(&vera, "typed with thumbs", 1).await;
    phone.screenshot("chat-phone-closed").await;
    vera.screenshot("chat-ru").await;
    phone.close().await;
    vera.close().await;
}

async fn a_key_chooses_by_digit_and_by_mouse(keys: &Page, reader: &Page) {
    let is_open = "return !!document.querySelector('[data-testid=wheel]')";
    keys.press('q').await;
    keys.wait_for("wheel", is_open).await;
    keys.screenshot("wheel").await;
    keys.press('8').await;
    wait_for_lines(reader, "Help!", 1).await;
    assert_eq!(keys.run(is_open).await, json!(false));
    let middle = keys.run("return [innerWidth / 2, innerHeight / 2]").await;
    let (x, y) = (middle[0].as_f64().unwrap(), middle[1].as_f64().unwrap());
    keys.point_at(x + 5.0, y).await;
    keys.keys(&['q'], true).await;
    keys.wait_for("wheel", is_open).await;
    keys.point_at(x + 150.0, y).await;
    keys.wait_for("choice", "return !!document.querySelector('.wheel .chosen')").await;
    keys.keys(&['q'], false).await;
    wait_for_lines(reader, "Follow me.", 1).await;
    keys.press('q').await;
    keys.press(ESCAPE).await;
    assert_eq!(keys.run(is_open).await, json!(false));
    assert_eq!(keys.run("return !!document.querySelector('.sheet')").await, json!(false));
}

async fn a_pad_chooses_by_its_stick(page: &Page, reader: &Page) {
    let pad = |down: &str, y: f64| {
        format!(
            "const down = [{down}];
             const fields = fields => Object.fromEntries(
               Object.entries(fields).map(([name, value]) => [name, {{value}}]));
             const button = (_, n) => Object.create(
               GamepadButton.prototype, fields({{value: down.includes(n) ? 1 : 0}}));
             const pad = Object.create(Gamepad.prototype, fields({{
               index: 0, connected: true, mapping: 'standard', axes: [0, 0, 0, {y}],
               buttons: Array.from({{length: 17}}, button)}}));
             navigator.getGamepads = () => [pad]; return null"
        )
    };
    page.run(&pad("", 0.0)).await;
    page.wait_for_frames().await;
    page.run(&pad("3", 0.0)).await;
    page.wait_for("wheel", "return !!document.querySelector('[data-testid=wheel]')").await;
    page.run(&pad("3", 1.0)).await;
    page.wait_for("choice", "return !!document.querySelector('.wheel .chosen')").await;
    page.run(&pad("", 0.0)).await;
    wait_for_lines(reader, "Well played!", 1).await;
    page.run(&pad("2", 0.0)).await;
    reader.wait_for("a place ahead", "return window.driftfield.stats().pings_seen === 1").await;
    page.run("navigator.getGamepads = () => []; return null").await;
}

async fn places_are_pointed_at(keys: &Page, phone: &Page) {
    let is_shown =
        |count: usize| format!("return window.driftfield.stats().pings_seen === {count}");
    let radar = phone
        .run(
            "const box = document.getElementById('radar').getBoundingClientRect();
              return [box.left + box.width / 2, box.top + box.height / 2]",
        )
        .await;
    let point = json!([{ "x": radar[0], "y": radar[1] }]);
    let touch = |kind: &str, points: Value| json!({ "type": kind, "touchPoints": points });
    phone.cdp("Input.dispatchTouchEvent", touch("touchStart", point)).await;
    keys.wait_for("a place on the radar", &is_shown(2)).await;
    phone.cdp("Input.dispatchTouchEvent", touch("touchEnd", json!([]))).await;
    keys.screenshot("ping").await;
    phone.screenshot("ping-phone").await;
    keys.press('f').await;
    wait_for_lines(phone, "Vera points at a place", 2).await;
}
