//! Network namespaces, set up with `ip` and removed when dropped.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::process::{self, Command, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use thiserror::Error;

/// Why a system program failed.
#[derive(Debug, Error)]
pub enum CommandError {
    /// It could not be started.
    #[error("`{command}` cannot be run: {error}")]
    Start {
        /// The command line.
        command: String,
        /// The reason.
        error: io::Error,
    },
    /// It ended with an error.
    #[error("`{command}` failed: {message}")]
    Failed {
        /// The command line.
        command: String,
        /// Its error output.
        message: String,
    },
}

/// A named network namespace. Dropping it ends the processes that still run in it, and removes it.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// Creates a namespace that has only a loopback device. `end` distinguishes the two of a lab.
    ///
    /// # Errors
    /// When `ip` is missing or not permitted to create it.
    pub fn create(end: &str) -> Result<Self, CommandError> {
        let name = format!("{PREFIX}{}-{end}", process::id());
        run("ip", &["netns", "add", &name])?;
        let namespace = Self { name };
        namespace.ip(&["link", "set", "lo", "up"])?;
        Ok(namespace)
    }

    /// Its name, as `ip netns` knows it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs `ip` inside the namespace.
    ///
    /// # Errors
    /// When it fails.
    pub fn ip(&self, arguments: &[&str]) -> Result<(), CommandError> {
        run("ip", &[&["-n", &self.name], arguments].concat())
    }

    /// Runs `tc` inside the namespace.
    ///
    /// # Errors
    /// When it fails.
    pub fn tc(&self, arguments: &[&str]) -> Result<(), CommandError> {
        run("tc", &[&["-n", &self.name], arguments].concat())
    }

    /// A command that will run inside, in its own process group, so that Ctrl-C does not reach it.
    pub fn command(&self, program: &std::path::Path) -> Command {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new("ip");
        // `ip netns exec` replaces itself with the program, so the process started is the program.
        command.args(["netns", "exec", &self.name]).arg(program).process_group(0);
        command
    }

    /// Runs a function on a thread inside the namespace: sockets that it opens belong there.
    ///
    /// # Errors
    /// When the thread cannot enter the namespace, or the function fails.
    pub fn enter<T: Send>(&self, f: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
        let file = File::open(format!("{FOLDER}/{}", self.name))?;
        thread::scope(|scope| {
            let inside = scope.spawn(|| {
                move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))?;
                f()
            });
            inside.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))
        })
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

/// Removes namespaces of labs that were killed before they could clean up.
pub fn remove_left_behind() {
    let Ok(entries) = fs::read_dir(FOLDER) else { return };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    for name in names {
        let is_dead =
            owner(&name).is_some_and(|pid| !fs::exists(format!("/proc/{pid}")).unwrap_or(true));
        if is_dead {
            eprintln!("removing {name}, which a killed lab left behind");
            remove(&name);
        }
    }
}

/// Runs a program to its end. Its output is shown only if it fails.
///
/// # Errors
/// When it cannot be started or fails.
pub fn run(program: &str, arguments: &[&str]) -> Result<(), CommandError> {
    let line = || format!("{program} {}", arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| CommandError::Start { command: line(), error })?;
    if output.status.success() {
        return Ok(());
    }
    let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(CommandError::Failed { command: line(), message })
}

/// The process id of the lab that owns a namespace, if it is a lab's.
fn owner(name: &str) -> Option<u32> {
    let (pid, _) = name.strip_prefix(PREFIX)?.split_once('-')?;
    pid.parse().ok()
}

fn remove(name: &str) {
    // A running process would keep the namespace alive without its name.
    if let Ok(output) = Command::new("ip").args(["netns", "pids", name]).output() {
        let pids = String::from_utf8_lossy(&output.stdout);
        for pid in pids.split_whitespace().filter_map(|pid| pid.parse().ok()) {
            // The process may just have ended by itself.
            let _ = Pid::from_raw(pid).map(|pid| kill_process(pid, Signal::KILL));
        }
    }
    if let Err(error) = run("ip", &["netns", "del", name]) {
        eprintln!("{name} is left behind: {error}");
    }
}

/// Folder in which `ip` keeps the names of namespaces.
const FOLDER: &str = "/run/netns";
/// Prefix of all our names; the lab's process id follows.
const PREFIX: &str = "driftfield-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_namespaces_have_an_owner() {
        assert_eq!(owner("driftfield-123-server"), Some(123));
        for name in ["driftfield-", "driftfield-x-server", "driftfield-12", "vpn-123-server", ""] {
            assert_eq!(owner(name), None, "{name}");
        }
    }

    #[test]
    fn a_failing_program_is_told_with_its_command_line() {
        let error = run("false", &["a", "b"]).unwrap_err();
        assert_eq!(error.to_string(), "`false a b` failed: ");
        let error = run("there-is-no-such-program", &[]).unwrap_err();
        assert!(matches!(error, CommandError::Start { .. }), "{error}");
    }
}
