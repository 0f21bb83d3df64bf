//! Real Chromium pages, driven over WebDriver.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use fantoccini::actions::{InputSource, KeyAction, KeyActions, MouseActions, PointerAction};
use fantoccini::key::Key;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long anything on a page may take on a busy machine before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Milliseconds between two looks at a page.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// A WebDriver process, ended with the test.
pub struct Driver {
    process: Child,
    port: u16,
    home: PathBuf,
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
        // The port is free now; nobody else takes one from this range on purpose.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{port}"));
        fs::create_dir_all(&home).unwrap();
        let process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .env("HOME", &home)
            .env("TMPDIR", &home)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let driver = Driver { process, port, home };
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "chromedriver does not listen");
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
        Some(driver)
    }

    /// Opens a browser of its own at `url`.
    pub async fn open(&self, url: &str) -> Page {
        let options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--use-angle=swiftshader",
                "--enable-unsafe-swiftshader", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--no-first-run",
                "--window-size=1280,800",
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
        client.goto(url).await.unwrap();
        Page { client }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // ChromeDriver ends its browsers when it is asked to; the signal is its way to be asked.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let start = Instant::now();
        while self.process.try_wait().is_ok_and(|status| status.is_none()) {
            if start.elapsed() > Duration::from_secs(5) {
                let _ = self.process.kill();
                break;
            }
            std::thread::sleep(LOOK_INTERVAL);
        }
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.home);
    }
}

/// A page with the game in it.
pub struct Page {
    client: Client,
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
        self.wait_for("flight", "return window.driftfield?.stats?.().alive === true").await;
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
