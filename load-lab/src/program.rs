//! A program that runs beside us, and does not outlive us.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub struct Program {
    child: Child,
    /// Kept open: a program whose output nobody takes would end of it.
    output: Option<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts it; what it prints is for us.
    ///
    /// # Errors
    /// When the system does not.
    pub fn start(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let output = child.stdout.take().map(BufReader::new);
        Ok(Self { child, output })
    }

    /// Starts it; what it prints is for nobody.
    ///
    /// # Errors
    /// When the system does not.
    pub fn start_silent(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(Self { child: command.spawn()?, output: None })
    }

    /// Its number, by which /proc knows it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line that it prints, waited for; empty when it prints no more.
    ///
    /// # Errors
    /// When its output cannot be read.
    pub fn read_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if let Some(output) = &mut self.output {
            output.read_line(&mut line)?;
        }
        Ok(line.trim_end().to_owned())
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the system does not know the process, which would be a bug of ours.
    pub fn poll_exit(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Sends what Ctrl-C sends, and waits for the end; kills it if that takes longer than `patience`.
    ///
    /// # Errors
    /// See [`Program::poll_exit`].
    pub fn end(mut self, patience: Duration) -> io::Result<()> {
        // It was not waited for yet, so that its id is still its own; that it has ended does no harm.
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let _ = pid.map(|pid| kill_process(pid, Signal::INT));
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

/// How often we look whether something has happened.
pub const POLL_INTERVAL: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_heard_and_does_not_outlive_us() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo here; trap '' INT; while :; do sleep 0.05; done"]);
        let mut program = Program::start(command).expect("there is a shell");
        let id = program.id();
        assert_eq!(program.read_line().expect("a line"), "here");
        // Time to set the trap.
        thread::sleep(Duration::from_millis(200));
        program.end(Duration::from_millis(200)).expect("we started it");
        assert!(!std::path::Path::new(&format!("/proc/{id}")).exists());
    }
}
