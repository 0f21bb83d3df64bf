//! A program that runs inside a namespace, and does not outlive us.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub struct Program {
    child: Child,
}

impl Program {
    /// Starts it.
    ///
    /// # Errors
    /// When the system does not.
    pub fn start(mut command: Command) -> io::Result<Self> {
        Ok(Self { child: command.spawn()? })
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the system does not know the process, which would be a bug of ours.
    pub fn poll_exit(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Sends what Ctrl-C sends.
    pub fn interrupt(&self) {
        // It was not waited for yet, so that its id is still its own; that it has ended does no harm.
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let _ = pid.map(|pid| kill_process(pid, Signal::INT));
    }

    /// Asks it to end, and kills it if it has not after `patience`.
    ///
    /// # Errors
    /// See [`Program::poll_exit`].
    pub fn end(mut self, patience: Duration) -> io::Result<()> {
        self.interrupt();
        let deadline = Instant::now() + patience;
        while self.poll_exit()?.is_none() && Instant::now() < deadline {
            thread::sleep(POLL_INTERVAL);
        }
        // Dropping it does the rest.
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How often we look whether a program has ended.
pub const POLL_INTERVAL: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_does_not_end_when_asked_is_killed() {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' INT; while :; do sleep 0.05; done"]);
        let program = Program::start(command).expect("there is a shell");
        let id = program.child.id();
        // Time to set the trap.
        thread::sleep(Duration::from_millis(200));
        program.end(Duration::from_millis(200)).expect("we started it");
        assert!(!std::path::Path::new(&format!("/proc/{id}")).exists());
    }
}
