//! A server of our own on a free port, with the rooms that a run wants.

use std::fmt::Write;
use std::net::SocketAddr;

use crate::lab::{END_PATIENCE, Lab, LabError};
use crate::process::ProcessCounts;
use crate::program::Program;
use crate::scrape::Scrape;
use crate::temporary::TemporaryFile;

/// What a server shall be.
#[derive(Clone, Debug)]
pub struct ServerPlan {
    /// Identifiers of its rooms.
    pub rooms: Vec<String>,
    /// The sector of all of them.
    pub sector: String,
    /// Seats of each.
    pub seats: u32,
    /// Ticks per second.
    pub tick_hz: u16,
    /// Seconds for which a seat outlives its connection.
    pub grace_seconds: u32,
}

impl ServerPlan {
    /// One room, named as its sector, with seats to spare, and the server's own grace.
    pub fn one_room(sector: &str, clients: u32, tick_hz: u16) -> Self {
        ServerPlan {
            rooms: vec![sector.to_owned()],
            sector: sector.to_owned(),
            seats: clients,
            tick_hz,
            grace_seconds: 120,
        }
    }

    /// The server's settings file. Loopback has no caps per address; those for all are far away.
    fn settings(&self) -> String {
        let mut text = format!(
            "listen = \"127.0.0.1:0\"\nbots = 0\ntick_hz = {}\ngrace_seconds = {}\n\
             drain_seconds = 1\nmax_connections = 65536\n",
            self.tick_hz, self.grace_seconds
        );
        // The proving grounds share a mode; others have one of their own name.
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
    /// Where it listens.
    pub address: SocketAddr,
    _settings: TemporaryFile,
}

impl Server {
    /// Starts it, and waits until it listens.
    ///
    /// # Errors
    /// When it does not.
    pub fn start(lab: &Lab, plan: &ServerPlan) -> Result<Self, LabError> {
        let settings = TemporaryFile::with_text("server.toml", &plan.settings())?;
        let mut command = lab.server();
        command.arg("--config").arg(settings.path());
        let mut program = Program::start(command)?;
        let line = program.read_line()?;
        let address = parse_address(&line).ok_or(LabError::NoAddress(line))?;
        Ok(Server { program, address, _settings: settings })
    }

    /// What it has counted.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn scrape(&self) -> Result<Scrape, LabError> {
        Ok(Scrape::read(self.address)?)
    }

    /// What the system has counted of it.
    ///
    /// # Errors
    /// When it is gone.
    pub fn counts(&self) -> Result<ProcessCounts, LabError> {
        Ok(ProcessCounts::read(self.program.id())?)
    }

    /// Lets it drain and end.
    ///
    /// # Errors
    /// When the system does not know the process.
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
