//! Processes of a test, ended with it together with all that they have started.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long whoever is asked to end may take before it is ended.
const FAREWELL_MAX: Duration = Duration::from_secs(5);
/// Between two looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// A process with all that it starts. A browser that outlives its test, because its driver was ended first or the test
/// has failed, would take the processors from all tests after it.
pub struct Family(Child);

impl Family {
    /// Starts a command as the head of a group of processes.
    pub fn start(command: &mut Command) -> Family {
        use std::os::unix::process::CommandExt;
        let child = command.process_group(0).spawn();
        Family(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Its head.
    pub fn head(&mut self) -> &mut Child {
        &mut self.0
    }

    fn signal(&self, signal: &str) {
        let group = format!("-{}", self.0.id());
        // One that has ended already is told of on stderr, which nobody needs.
        let _ = Command::new("kill").args([signal, "--", &group]).stderr(Stdio::null()).status();
    }

    fn has_ended(&mut self) -> bool {
        !self.0.try_wait().is_ok_and(|status: Option<ExitStatus>| status.is_none())
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        // Asked first: a browser that is killed leaves files, and processes that are in no group.
        self.signal("-TERM");
        let start = Instant::now();
        while !self.has_ended() && start.elapsed() < FAREWELL_MAX {
            std::thread::sleep(LOOK_INTERVAL);
        }
        // The head's number is nobody else's while one of its group lives.
        self.signal("-KILL");
        let _ = self.0.wait();
    }
}
