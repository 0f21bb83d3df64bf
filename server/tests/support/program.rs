//! The server program itself, as a host starts it.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The server program, running.
pub struct Program {
    pub child: Child,
    pub address: SocketAddr,
}

impl Program {
    /// Starts the server on a free port and reads where it is.
    pub fn start() -> Program {
        Program::start_with(&[], Stdio::piped())
    }

    /// The same with more flags, and its log somewhere else.
    pub fn start_with(flags: &[&str], log: Stdio) -> Program {
        Program::start_at("127.0.0.1:0", flags, log)
    }

    /// The same on this address.
    pub fn start_at(listen: &str, flags: &[&str], log: Stdio) -> Program {
        Program::start_as(Command::new(SERVER), listen, flags, log)
    }

    /// The same, ready for [`set_disk_full`](Self::set_disk_full).
    #[cfg(target_os = "linux")]
    pub fn start_on_small_disk(flags: &[&str]) -> Program {
        let mut shell = Command::new("bash");
        // Writes beyond the limit of a file's size are answered with an error instead of a signal.
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", SERVER]);
        Program::start_as(shell, "127.0.0.1:0", flags, Stdio::piped())
    }

    /// Lets all writes fail that are not at the very beginning of a file, or ends that.
    #[cfg(target_os = "linux")]
    pub fn set_disk_full(&self, is_full: bool) {
        let id = self.child.id().to_string();
        let limit = if is_full { "--fsize=4096:" } else { "--fsize=unlimited:" };
        let status = Command::new("prlimit").args(["--pid", &id, limit]).status();
        assert!(status.expect("prlimit").success());
    }

    fn start_as(mut command: Command, listen: &str, flags: &[&str], log: Stdio) -> Program {
        let mut child = command
            .args(["--listen", listen, "--bots", "0"])
            .args(flags)
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the server program");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line
            .strip_prefix("Driftfield is at http://")
            .and_then(|rest| rest.trim_end().strip_suffix('/'))
            .unwrap_or_else(|| panic!("{line:?}"));
        Program { address: address.parse().expect("an address"), child }
    }

    /// Sends it a signal by name.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status().expect("kill");
        assert!(status.success());
    }

    /// Waits for the end; the status, how long it took and the log.
    pub fn wait(mut self, patience: Duration) -> (ExitStatus, Duration, String) {
        let started = Instant::now();
        let stderr = self.child.stderr.take();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            match stderr {
                Some(mut stderr) => stderr.read_to_string(&mut log).map(|_| log),
                None => Ok(log),
            }
        });
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            if started.elapsed() > patience {
                self.child.kill().expect("a child");
                panic!("the server did not end within {patience:?}");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let log = log.join().expect("a reader").expect("a log in UTF-8");
        (status, started.elapsed(), log)
    }
}

const SERVER: &str = env!("CARGO_BIN_EXE_server");

/// No test leaves a server behind, however it ends.
impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
