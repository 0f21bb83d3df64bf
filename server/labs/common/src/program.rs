//! A child process that is killed when its handle is dropped.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub struct Program {
    child: Child,
    /// Kept open, because a program may end when the reader of its output goes away.
    output: Option<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts it with the streams that the command sets.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub fn start(mut command: Command) -> io::Result<Self> {
        let mut child = command.spawn()?;
        let output = child.stdout.take().map(BufReader::new);
        Ok(Self { child, output })
    }

    /// Starts it without input. [`Program::read_line`] returns its output.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub fn start_heard(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        Self::start(command)
    }

    /// Starts it without input, and discards its output.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub fn start_silent(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Self::start(command)
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the next line of its output; empty at the end of the output.
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

    /// Its exit status, if it has ended.
    ///
    /// # Errors
    /// When the process cannot be waited for, which would be a bug here.
    pub fn poll_exit(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub fn interrupt(&self) {
        // It has not been waited for, so its id still belongs to it. Signalling an ended process does no harm.
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let _ = pid.map(|pid| kill_process(pid, Signal::INT));
    }

    /// Interrupts it and waits for its end. Kills it if that takes longer than `patience`.
    ///
    /// # Errors
    /// See [`Program::poll_exit`].
    pub fn end(mut self, patience: Duration) -> io::Result<()> {
        self.interrupt();
        let deadline = Instant::now() + patience;
        while self.poll_exit()?.is_none() && Instant::now() < deadline {
            thread::sleep(POLL_INTERVAL);
        }
        // Dropping it kills it and waits.
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both calls fail only if the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Polling interval while waiting for its end.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_heard_and_does_not_outlive_us() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo here; trap '' INT; while :; do sleep 0.05; done"]);
        let mut program = Program::start_heard(command).expect("there is a shell");
        let id = program.id();
        assert_eq!(program.read_line().expect("a line"), "here");
        // Give the shell time to set the trap.
        thread::sleep(Duration::from_millis(200));
        program.end(Duration::from_millis(200)).expect("we started it");
        assert!(!std::path::Path::new(&format!("/proc/{id}")).exists());
    }
}
