//! Real Firefox pages, driven over WebDriver BiDi, which Firefox speaks by itself.
//!
//! It draws with the processor, which takes a screen: without one Firefox has no WebGL. The screen is a virtual one.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

use crate::driver::Home;
use crate::processes::Family;

/// How long anything on a page may take on a busy machine before the test gives up.
const PATIENCE: Duration = Duration::from_secs(180);
/// Between two looks at a page.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// The programs, and Debian's packages that bring them.
const PROGRAMS: [(&str, &str); 2] = [("firefox-esr", "firefox-esr"), ("Xvfb", "xvfb")];

/// What Firefox is set to.
const PREFERENCES: &str = "user_pref('webgl.force-enabled', true);
user_pref('browser.shell.checkDefaultBrowser', false);
user_pref('datareporting.policy.dataSubmissionEnabled', false);
user_pref('intl.accept_languages', 'en');
user_pref('layout.css.devPixelsPerPx', '0.5');
";

/// Pauses between the frames of a page that shows the world: drawing with the processor takes all that it can get.
const FEWER_FRAMES: &str = "() => {
    const draw = requestAnimationFrame.bind(window);
    window.requestAnimationFrame = callback =>
        document.documentElement?.classList.contains('playing')
            ? setTimeout(() => draw(callback), 200)
            : draw(callback);
}";

/// A Firefox with a screen of its own, ended with the test.
pub struct Firefox {
    _firefox: Family,
    _screen: Family,
    _profile: Home,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    commands: u64,
}

/// A page in it.
#[derive(Clone, Debug)]
pub struct Page(String);

impl Firefox {
    /// Starts it; `None`, said aloud, where it is not installed. In CI that is a failure.
    pub fn start() -> Option<Firefox> {
        let is_installed = |name: &str| {
            env::var_os("PATH")
                .is_some_and(|path| env::split_paths(&path).any(|dir| dir.join(name).is_file()))
        };
        let missing: Vec<&str> =
            PROGRAMS.iter().filter(|(name, _)| !is_installed(name)).map(|(_, it)| *it).collect();
        if !missing.is_empty() {
            let missing = missing.join(" and ");
            assert!(env::var_os("CI").is_none(), "CI needs {missing}: apt-get install {missing}");
            eprintln!("skipped: {missing} is not installed");
            return None;
        }
        let profile = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("firefox-{}", std::process::id()));
        fs::create_dir_all(&profile).expect("a folder");
        fs::write(profile.join("user.js"), PREFERENCES).expect("a file");
        let mut screen = Family::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let mut display = String::new();
        let told = screen.head().stdout.take().expect("piped");
        BufReader::new(told).read_line(&mut display).expect("the number of the screen");
        let mut firefox = Family::start(
            Command::new("firefox-esr")
                .args(["--no-remote", "--remote-debugging-port", "0", "--profile"])
                .arg(&profile)
                .env("DISPLAY", format!(":{}", display.trim()))
                .env("HOME", &profile)
                .env("TMPDIR", &profile)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::piped()),
        );
        let mut log = BufReader::new(firefox.head().stderr.take().expect("piped"));
        let address = address(&mut log);
        // What it says after that is not read, but must not block it.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let (socket, _) = tungstenite::connect(format!("{address}/session")).expect("a session");
        let mut driver = Firefox {
            _firefox: firefox,
            _screen: screen,
            _profile: Home(profile),
            socket,
            commands: 0,
        };
        driver.command("session.new", json!({ "capabilities": {} }));
        let fewer = json!({ "functionDeclaration": FEWER_FRAMES });
        driver.command("script.addPreloadScript", fewer);
        Some(driver)
    }

    /// Opens a page with a storage of its own, as another player's browser has.
    pub fn open(&mut self, url: &str) -> Page {
        let user = self.command("browser.createUserContext", json!({}))["userContext"].clone();
        let window = json!({ "type": "window", "userContext": user });
        let context = self.command("browsingContext.create", window)["context"].clone();
        let page = Page(context.as_str().expect("a context").to_owned());
        self.goto(&page, url);
        page
    }

    /// Goes to an address.
    pub fn goto(&mut self, page: &Page, url: &str) {
        let there = json!({ "context": page.0, "url": url, "wait": "complete" });
        self.command("browsingContext.navigate", there);
    }

    /// The result of a function's body.
    pub fn run(&mut self, page: &Page, script: &str) -> Value {
        let expression = format!("JSON.stringify((() => {{ {script} }})() ?? null)");
        let target = json!({ "context": page.0 });
        let what = json!({ "expression": expression, "target": target, "awaitPromise": false });
        let result = self.command("script.evaluate", what);
        let text = result["result"]["value"].as_str();
        let text = text.unwrap_or_else(|| panic!("{script}: {result}"));
        serde_json::from_str(text).expect("JSON")
    }

    /// Waits until the script returns true.
    pub fn wait_for(&mut self, page: &Page, what: &str, script: &str) {
        let start = Instant::now();
        while self.run(page, script) != json!(true) {
            if start.elapsed() > PATIENCE {
                let text = self.run(page, "return document.body.innerText");
                let stats = self.run(page, "return window.driftfield?.stats?.() ?? null");
                self.screenshot(page, "failure");
                panic!("no {what} on the page.\ntext: {text}\nstats: {stats}");
            }
            std::thread::sleep(LOOK_INTERVAL);
        }
    }

    /// Holds a key down, or lets it go.
    pub fn key(&mut self, page: &Page, key: char, is_down: bool) {
        let kind = if is_down { "keyDown" } else { "keyUp" };
        let actions = json!([{ "type": kind, "value": key.to_string() }]);
        self.act(page, json!({ "type": "key", "id": "keyboard", "actions": actions }));
    }

    /// Presses a key and lets it go.
    pub fn press(&mut self, page: &Page, key: char) {
        self.key(page, key, true);
        self.key(page, key, false);
    }

    /// Types a text.
    pub fn write(&mut self, page: &Page, text: &str) {
        text.chars().for_each(|letter| self.press(page, letter));
    }

    /// Presses what has this name for tests with the mouse.
    pub fn click(&mut self, page: &Page, testid: &str) {
        let place = self.run(
            page,
            &format!(
                "const element = document.querySelector('[data-testid={testid}]');
                 element.scrollIntoView({{ block: 'nearest' }});
                 const box = element.getBoundingClientRect();
                 return [box.left + box.width / 2, box.top + box.height / 2].map(Math.round)"
            ),
        );
        let actions = json!([
            { "type": "pointerMove", "x": place[0], "y": place[1] },
            { "type": "pointerDown", "button": 0 },
            { "type": "pointerUp", "button": 0 },
        ]);
        self.act(page, json!({ "type": "pointer", "id": "mouse", "actions": actions }));
    }

    fn act(&mut self, page: &Page, source: Value) {
        let what = json!({ "context": page.0, "actions": [source] });
        self.command("input.performActions", what);
    }

    /// Keeps a picture of the page below the target directory.
    pub fn screenshot(&mut self, page: &Page, name: &str) {
        let what = json!({ "context": page.0 });
        let picture = self.command("browsingContext.captureScreenshot", what);
        let picture = picture["data"].as_str().expect("a picture");
        let picture = data_encoding::BASE64.decode(picture.as_bytes()).expect("base64");
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(format!("firefox-{name}.png")), picture).expect("a file");
    }

    /// Gives a command and waits for its result.
    fn command(&mut self, method: &str, params: Value) -> Value {
        self.commands += 1;
        let command = json!({ "id": self.commands, "method": method, "params": params });
        self.socket.send(Message::text(command.to_string())).expect("a session");
        loop {
            let Message::Text(text) = self.socket.read().expect("a session") else { continue };
            let mut answer: Value = serde_json::from_str(&text).expect("JSON");
            // Events have no number.
            if answer["id"] == json!(self.commands) {
                assert_eq!(answer["type"], "success", "{method}: {answer}");
                return answer["result"].take();
            }
        }
    }
}

/// Where Firefox says that it listens.
fn address(log: &mut impl BufRead) -> String {
    let mut lines = String::new();
    loop {
        let before = lines.len();
        log.read_line(&mut lines).expect("the log of Firefox");
        let line = &lines[before..];
        assert!(!line.is_empty(), "Firefox has ended:\n{lines}");
        if let Some(address) = line.trim().strip_prefix("WebDriver BiDi listening on ") {
            return address.to_owned();
        }
    }
}
