//! Real Chromium pages, driven over WebDriver.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use fantoccini::actions::{InputSource, KeyAction, KeyActions, MouseActions, PointerAction};
use fantoccini::key::Key;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::processes::Family;

/// How long anything on a page may take on a busy machine before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(180);
/// Milliseconds between two looks at a page.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// Whether the page's ship flies, and the server has taken a command for it. Who goes before that leaves no seat behind.
pub const IN_FLIGHT: &str = "const stats = window.driftfield?.stats?.();
    return stats?.alive === true && stats.connection === 'open' && stats.inputs_in_time > 0";

/// Tests that have browsers at the same time, however many cores there are: browsers draw with the processor.
const TESTS_MAX: usize = 2;
static TURNS: Semaphore = Semaphore::const_new(TESTS_MAX);

/// A window, and what it costs to draw.
#[derive(Clone, Copy, Debug)]
struct Window {
    /// Width and height in CSS pixels.
    size: (u32, u32),
    /// Pixels to draw for each of those, in both directions.
    scale: f64,
    /// Milliseconds between two frames.
    pause: u32,
}

/// A window that costs little to draw, and one for a picture. Drawing in software takes all that it can get, and most of
/// what tests look at is there after any frame.
const SMALL: Window = Window { size: (640, 480), scale: 0.5, pause: 150 };
const LARGE: Window = Window { size: (1280, 800), scale: 1.0, pause: 300 };

/// Pauses between the frames of a page: `PAUSE` milliseconds.
const FEWER_FRAMES: &str = "{
    const draw = requestAnimationFrame.bind(window);
    const held = [];
    let is_held = false;
    window.hold_frames = hold => {
        is_held = hold;
        if (!hold) held.splice(0).forEach(callback => draw(callback));
    };
    const pass = callback => { is_held ? held.push(callback) : draw(callback); };
    window.requestAnimationFrame = callback => setTimeout(() => pass(callback), PAUSE);
}";

/// Keeps what is shown for a moment only, however rarely a test looks: `told(id, text)` says whether a text was in it.
const MOMENTS: &str = "{
    const seen = { death: new Set(), 'kill-feed': new Set() };
    window.told = (id, text) => [...seen[id]].some(told => told.includes(text));
    const look = () => {
        for (const id in seen) {
            const element = document.querySelector(`[data-testid=${id}]`);
            if (element) seen[id].add(element.innerText);
        }
    };
    addEventListener('DOMContentLoaded', () => new MutationObserver(look)
        .observe(document.body, { childList: true, characterData: true, subtree: true }));
}";

/// A WebDriver process, ended with the test.
pub struct Driver {
    _process: Family,
    port: u16,
    _home: Home,
    _turn: SemaphorePermit<'static>,
}

impl Driver {
    /// Starts ChromeDriver; `None`, said aloud, where no browser is installed. In CI that is a failure.
    pub async fn start() -> Option<Driver> {
        let is_installed = |name: &str| {
            env::var_os("PATH")
                .is_some_and(|path| env::split_paths(&path).any(|dir| dir.join(name).is_file()))
        };
        if !is_installed("chromium") || !is_installed("chromedriver") {
            assert!(env::var_os("CI").is_none(), "CI needs chromium and chromedriver on the PATH");
            eprintln!("skipped: chromium and chromedriver are not installed");
            return None;
        }
        let turn = take_turn().await;
        // The port is free now; nobody else takes one from this range on purpose.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{port}"));
        fs::create_dir_all(&home).unwrap();
        let process = Family::start(
            Command::new("chromedriver")
                .arg(format!("--port={port}"))
                .env("HOME", &home)
                .env("TMPDIR", &home)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        let driver = Driver { _process: process, port, _home: Home(home), _turn: turn };
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "chromedriver does not listen");
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
        Some(driver)
    }

    /// Opens a browser of its own at `url`, in a small window.
    pub async fn open(&self, url: &str) -> Page {
        self.open_window(url, SMALL).await
    }

    /// The same in a window that is large enough for a picture.
    pub async fn open_large(&self, url: &str) -> Page {
        self.open_window(url, LARGE).await
    }

    async fn open_window(&self, url: &str, window: Window) -> Page {
        let Window { size: (width, height), scale, pause } = window;
        // For pictures that people look at.
        let scale = if env::var_os("PICTURES").is_some() { 1.0 } else { scale };
        let options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--use-angle=swiftshader",
                "--enable-unsafe-swiftshader", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--no-first-run",
                // Putting the page together without WebGL halves what a page costs where all is drawn in software.
                "--disable-gpu-compositing", format!("--window-size={width},{height}"),
                format!("--force-device-scale-factor={scale}"),
            ]
        });
        let mut capabilities = Capabilities::new();
        capabilities.insert("goog:chromeOptions".into(), options);
        // The browser's own complaints, for the message when a test fails.
        capabilities.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", self.port))
            .await
            .unwrap();
        let page = Page { client, scale };
        page.prepare(&FEWER_FRAMES.replace("PAUSE", &pause.to_string())).await;
        page.prepare(MOMENTS).await;
        page.goto(url).await;
        page
    }
}

/// Waits until fewer than [`TESTS_MAX`] other tests have browsers.
pub async fn take_turn() -> SemaphorePermit<'static> {
    TURNS.acquire().await.unwrap()
}

/// A folder of a browser, removed with it.
pub struct Home(pub PathBuf);

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A command of the browser's developer tools, with its parameters.
#[derive(Debug)]
struct DevTools(&'static str, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (hyper::http::Method, Option<String>) {
        let body = json!({ "cmd": self.0, "params": self.1 });
        (hyper::http::Method::POST, Some(body.to_string()))
    }
}

/// A page with the game in it.
pub struct Page {
    client: Client,
    /// Pixels to draw for each CSS pixel.
    scale: f64,
}

impl Page {
    /// Types a name and presses Play, and waits until the ship flies.
    pub async fn play(&self, name: &str) {
        self.wait_for("the name box", "return !!document.querySelector('[data-testid=name]')")
            .await;
        let name_box = self.find("name").await;
        name_box.clear().await.unwrap();
        name_box.send_keys(name).await.unwrap();
        self.find("play").await.click().await.unwrap();
        self.wait_for("flight", IN_FLIGHT).await;
    }

    /// Goes to an address.
    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Opens `url` in another tab of the same browser, and goes on there. Returns the tab from before.
    pub async fn open_tab(&self, url: &str) -> WindowHandle {
        let before = self.client.window().await.unwrap();
        let tab = self.client.new_window(true).await.unwrap();
        self.client.switch_to_window(tab.handle).await.unwrap();
        self.goto(url).await;
        before
    }

    /// Closes this tab, and goes on in another one.
    pub async fn close_tab_and_go_to(&self, tab: WindowHandle) {
        self.client.close_window().await.unwrap();
        self.client.switch_to_window(tab).await.unwrap();
    }

    /// Closes this tab, and only then opens `url` in a new one.
    pub async fn replace_tab(&self, url: &str) {
        // A browser without a tab would end.
        let tab = self.client.new_window(true).await.unwrap();
        self.close_tab_and_go_to(tab.handle).await;
        self.goto(url).await;
    }

    /// Presses the browser's Back button.
    pub async fn back(&self) {
        self.client.back().await.unwrap();
    }

    /// Runs a script before those of each page that is loaded from now on.
    pub async fn prepare(&self, script: &str) {
        self.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    /// Gives a command of Chromium's own protocol, for what WebDriver has no word for.
    pub async fn cdp(&self, command: &'static str, params: Value) -> Value {
        self.client.issue_cmd(DevTools(command, params)).await.unwrap()
    }

    /// Gives the page a screen of so many CSS pixels, with or without fingers on it.
    pub async fn set_screen(&self, width: u32, height: u32, is_touch: bool) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": self.scale, "mobile": is_touch,
        });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
        let touch = json!({ "enabled": is_touch, "maxTouchPoints": 2 });
        self.cdp("Emulation.setTouchEmulationEnabled", touch).await;
    }

    /// Touches a place on the page with a finger, for a moment.
    pub async fn tap(&self, x: f64, y: f64) {
        let start = json!({ "type": "touchStart", "touchPoints": [{ "x": x, "y": y }] });
        self.cdp("Input.dispatchTouchEvent", start).await;
        let end = json!({ "type": "touchEnd", "touchPoints": [] });
        self.cdp("Input.dispatchTouchEvent", end).await;
    }

    /// Touches the middle of something with a finger.
    pub async fn tap_on(&self, testid: &str) {
        let script = format!(
            "const box = document.querySelector('[data-testid={testid}]').getBoundingClientRect();
             return [box.left + box.width / 2, box.top + box.height / 2]"
        );
        let place = self.run(&script).await;
        self.tap(place[0].as_f64().unwrap(), place[1].as_f64().unwrap()).await;
    }

    /// Waits until the start screen lies over nothing any more.
    pub async fn wait_for_end_of_start(&self) {
        let is_gone =
            "return getComputedStyle(document.getElementById('start')).visibility === 'hidden'";
        self.wait_for("end of the start screen's fading", is_gone).await;
    }

    /// Waits until the ship has left the place where it is now.
    pub async fn wait_for_motion(&self) {
        let stats = self.stats().await;
        let (x, y) = (&stats["x"], &stats["y"]);
        let has_moved = format!(
            "const stats = window.driftfield.stats();
             return stats.alive && Math.hypot(stats.x - {x}, stats.y - {y}) > 50"
        );
        self.wait_for("motion of the ship", &has_moved).await;
    }

    /// Lets the page draw no frame while that is so: what it shows stays.
    pub async fn hold_frames(&self, is_held: bool) {
        self.run(&format!("window.hold_frames({is_held}); return null")).await;
    }

    /// Waits until the page has looked at keys and pads, and has told the worker of them.
    pub async fn wait_for_frames(&self) {
        let script = "const done = arguments[0];
            let left = 3;
            const count = () => { left -= 1; left ? requestAnimationFrame(count) : done(null); };
            requestAnimationFrame(count);";
        self.run_async(script, vec![]).await;
    }

    /// Presses a key and lets it go.
    pub async fn press(&self, key: char) {
        self.keys(&[key], true).await;
        self.keys(&[key], false).await;
    }

    /// Writes into a field what takes the place of its text; a line feed at the end is the Enter key.
    pub async fn write(&self, testid: &str, text: &str) {
        let field = self.find(testid).await;
        field.clear().await.unwrap();
        field.send_keys(&text.replace('\n', &char::from(Key::Enter).to_string())).await.unwrap();
    }

    /// Presses a button with the mouse.
    pub async fn click(&self, testid: &str) {
        self.find(testid).await.click().await.unwrap();
    }

    async fn find(&self, testid: &str) -> fantoccini::elements::Element {
        let selector = format!("[data-testid={testid}]");
        self.client.find(fantoccini::Locator::Css(&selector)).await.unwrap()
    }

    /// What the network panel knows.
    pub async fn stats(&self) -> Value {
        self.run("return window.driftfield.stats()").await
    }

    /// The result of a piece of JavaScript.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// The result of a piece of JavaScript that calls its last argument when it is done.
    pub async fn run_async(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute_async(script, arguments).await.unwrap()
    }

    /// Waits until the script returns true.
    pub async fn wait_for(&self, what: &str, script: &str) {
        let start = Instant::now();
        while self.run(script).await != json!(true) {
            if start.elapsed() > PATIENCE {
                let text = self.run("return document.body.innerText").await;
                let stats = self.run("return window.driftfield?.stats?.() ?? null").await;
                self.screenshot("failure").await;
                panic!("no {what} on the page.\ntext: {text}\nstats: {stats}");
            }
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
    }

    /// Holds keys down, or lets them go.
    pub async fn keys(&self, keys: &[char], is_down: bool) {
        let mut actions = KeyActions::new("keyboard".into());
        for key in keys {
            actions = actions.then(match is_down {
                true => KeyAction::Down { value: *key },
                false => KeyAction::Up { value: *key },
            });
        }
        self.client.perform_actions(actions).await.unwrap();
    }

    /// Moves the mouse to a place on the page.
    pub async fn point_at(&self, x: f64, y: f64) {
        let actions = MouseActions::new("mouse".into()).then(PointerAction::MoveTo {
            duration: Some(Duration::ZERO),
            x,
            y,
        });
        self.client.perform_actions(actions).await.unwrap();
    }

    /// Keeps a picture of the page below the target directory, and gives its path.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        // A picture shows what comes of a transition, not its middle.
        let finish = "for (const it of document.getAnimations()) { \
                      if (it.effect.getComputedTiming().endTime < Infinity) it.finish() } return null";
        self.run(finish).await;
        let png = self.client.screenshot().await.unwrap();
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join(format!("{name}.png"));
        fs::write(&path, png).unwrap();
        path
    }

    /// Closes the browser.
    pub async fn close(self) {
        self.client.close().await.unwrap();
    }
}
