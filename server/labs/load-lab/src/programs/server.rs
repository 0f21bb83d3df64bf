//! A server process on a free port, with the rooms that a run needs.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;

use driftfield_lab_common::Program;

use super::temporary::TemporaryFile;
use crate::lab::{END_PATIENCE, Lab, LabError};
use crate::readings::{ProcessCounts, Scrape};

/// Settings of the server.
#[derive(Clone, Debug)]
pub struct ServerPlan {
    /// Identifiers of its rooms.
    pub rooms: Vec<String>,
    /// The sector of every room.
    pub sector: String,
    /// Seats of each room.
    pub seats: u32,
    /// Ticks per second.
    pub tick_hz: u16,
    /// How long a seat outlives its connection, in seconds.
    pub grace_seconds: u32,
}

impl ServerPlan {
    /// One room named after its sector, with spare seats and the server's default seat grace.
    pub fn one_room(sector: &str, clients: u32, tick_hz: u16) -> Self {
        ServerPlan {
            rooms: vec![sector.to_owned()],
            sector: sector.to_owned(),
            seats: clients,
            tick_hz,
            grace_seconds: 120,
        }
    }

    /// The server's settings file. Loopback has no per-address limits; the total limits are set far above what a run
    /// uses.
    fn settings(&self) -> String {
        let mut text = format!(
            "listen = \"127.0.0.1:0\"\nbots = 0\ntick_hz = {}\ngrace_seconds = {}\n\
             drain_seconds = 1\nmax_connections = 65536\n",
            self.tick_hz, self.grace_seconds
        );
        // The proving grounds share one mode. Every other sector has a mode of the same name.
        let mode = if self.sector.starts_with(PROVING) { PROVING } else { &self.sector };
        for room in &self.rooms {
            let _ = write!(
                text,
                "\n[[rooms]]\nid = \"{room}\"\nsector = \"{}\"\nmode = \"{mode}\"\n\
                 max_players = {}\nbots = 0\n",
                self.sector, self.seats
            );
        }
        text
    }
}

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    /// The process.
    pub program: Program,
    /// The address it listens on.
    pub address: SocketAddr,
    _settings: TemporaryFile,
}

impl Server {
    /// Starts the server and waits until it listens.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(lab: &Lab, plan: &ServerPlan) -> Result<Self, LabError> {
        Server::start_in(lab, plan, None)
    }

    /// The same with a folder for its data.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_in(lab: &Lab, plan: &ServerPlan, data: Option<&Path>) -> Result<Self, LabError> {
        let settings = TemporaryFile::with_text("server.toml", &plan.settings())?;
        let mut command = lab.server();
        command.arg("--config").arg(settings.path());
        if let Some(data) = data {
            command.arg("--data-dir").arg(data);
        }
        let mut program = Program::start_heard(command)?;
        let line = program.read_line()?;
        let address = parse_address(&line).ok_or(LabError::NoAddress(line))?;
        Ok(Server { program, address, _settings: settings })
    }

    /// Reads its metrics.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn scrape(&self) -> Result<Scrape, LabError> {
        Ok(Scrape::read(self.address)?)
    }

    /// Reads its processor time and memory from the operating system.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn counts(&self) -> Result<ProcessCounts, LabError> {
        Ok(ProcessCounts::read(self.program.id())?)
    }

    /// Asks it to drain and waits for its end.
    ///
    /// # Errors
    /// When the process cannot be waited for.
    pub fn end(self) -> Result<(), LabError> {
        Ok(self.program.end(END_PATIENCE)?)
    }
}

fn parse_address(line: &str) -> Option<SocketAddr> {
    line.rsplit_once("http://")?.1.strip_suffix('/')?.parse().ok()
}

const PROVING: &str = "proving-ground";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_name_each_room() {
        let mut plan = ServerPlan::one_room("proving-ground-open", 500, 30);
        plan.rooms = vec!["one".to_owned(), "two".to_owned()];
        let text = plan.settings();
        for part in [
            "tick_hz = 30\n",
            "id = \"one\"\nsector = \"proving-ground-open\"\nmode = \"proving-ground\"\n",
            "id = \"two\"\n",
            "max_players = 500\n",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
        assert!(ServerPlan::one_room("frontier", 5, 30).settings().contains("mode = \"frontier\""));
    }

    #[test]
    fn the_address_is_taken_from_what_the_server_prints() {
        let address = parse_address("Driftfield is at http://127.0.0.1:4242/");
        assert_eq!(address, Some(([127, 0, 0, 1], 4242).into()));
        assert_eq!(parse_address("the port is taken"), None);
    }
}
