//! The command line of the bin `bots`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use driftfield_shared::netsim::LinkProfile;

use super::bot::Decode;
use super::plan::FleetPlan;
use crate::brains::BrainChoice;
use crate::sdk::{ConnectError, ServerUrl};

/// Flies headless bots against a server and reports what they measured.
///
/// Ctrl-C ends the run early, with the report. So do SIGTERM, SIGHUP and the loss of all connections.
///
/// Exit status: 0 if all bots got in; 1 if none did, or the run could not begin, or the report could not be written;
/// 2 for invalid flags; 3 if some got in, but not all; 4 if all got in, and all lost their connection before the end.
#[derive(Clone, Debug, Parser)]
#[command(name = "bots", version)]
pub struct Flags {
    /// WebSocket URL of the server
    #[arg(long, value_name = "URL", default_value = "ws://127.0.0.1:8080/ws")]
    pub server: ServerUrl,

    /// Number of bots
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub count: u32,

    /// Seconds to fly after the last bot has joined
    #[arg(long, value_name = "S", default_value_t = 30.0, value_parser = parse_seconds)]
    pub seconds: f64,

    /// Identifier of the room [default: the server's default room]. May be given several times: the bots spread over
    /// the rooms
    #[arg(long = "room", value_name = "ID")]
    pub rooms: Vec<String>,

    /// Seed of all random choices of the bots
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub seed: u64,

    /// Seed of the bots' accounts: the same seed gives the same accounts [default: the bots are guests]
    #[arg(long, value_name = "S")]
    pub account_seed: Option<u64>,

    /// The bots' brain: wander, linger (stays near its start), miner, hunter, trader, or mix for some of each that
    /// plays
    #[arg(long, value_name = "NAME", default_value = "wander")]
    pub brain: BrainChoice,

    /// How much of each snapshot the bots decode: full, or light, which only checks the framing and takes little
    /// processor time; light works with wander and linger only
    #[arg(long, value_name = "HOW", default_value_t = Decode::Full)]
    pub decode: Decode,

    /// Seconds after the last bot has joined that are not measured [default: the joining is measured, too]
    #[arg(long, value_name = "S", value_parser = parse_seconds)]
    pub warm_up: Option<f64>,

    /// A simulated bad network for each bot: latency and jitter per direction, stalls of a length at an interval, and
    /// a rate; for example "latency=80ms,jitter=20ms,stall=500ms/10s,rate=256kbit"
    #[arg(long, value_name = "PROFILE", default_value = "")]
    pub link: LinkProfile,

    /// File for the report as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Bots that join per second
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub join_rate: u32,

    /// Connections over which each bot sends its input commands: with 2, a command is late only if both delay it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=2))]
    pub input_sockets: u32,

    /// Come back into the same seat after a lost connection, also over a restart of the server
    #[arg(long)]
    pub reconnect: bool,

    /// Bots that say a line each two seconds, which all bots hear; the report tells how long that takes
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=60_000))]
    pub talkers: u32,

    /// Threads for the bots
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub threads: u32,
}

impl Flags {
    /// The fleet that the flags describe.
    ///
    /// # Errors
    /// When a room's identifier cannot be part of a URL.
    pub fn plan(&self) -> Result<FleetPlan, ConnectError> {
        let mut targets = Vec::new();
        for room in &self.rooms {
            targets.push(self.server.in_room(room)?);
        }
        if targets.is_empty() {
            targets.push(self.server.clone());
        }
        Ok(FleetPlan {
            targets,
            count: self.count as usize,
            flight: Duration::from_secs_f64(self.seconds),
            warm_up: self.warm_up.map(Duration::from_secs_f64),
            seed: self.seed,
            account_seed: self.account_seed,
            brain: self.brain,
            decode: self.decode,
            link: self.link,
            has_second_socket: self.input_sockets == 2,
            reconnects: self.reconnect,
            joins_per_second: self.join_rate,
            talkers: self.talkers,
            threads: self.threads as usize,
        })
    }
}

/// A duration in seconds, up to a week.
fn parse_seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    let is_possible = (0.0..=SECONDS_MAX).contains(&seconds);
    is_possible.then_some(seconds).ok_or_else(|| format!("{text} is not within 0 to {SECONDS_MAX}"))
}

const SECONDS_MAX: f64 = 604_800.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(flags: &[&str]) -> Result<Flags, clap::Error> {
        Flags::try_parse_from(std::iter::once(&"bots").chain(flags))
    }

    #[test]
    fn the_documented_command_line_is_understood() {
        let flags = parse(&[
            "--server",
            "ws://127.0.0.1:9000/ws",
            "--count",
            "200",
            "--seconds",
            "30",
            "--room",
            "proving-ground",
            "--seed",
            "5",
            "--brain",
            "wander",
            "--link",
            "latency=80ms,jitter=20ms,stall=500ms",
            "--report",
            "report.json",
        ]);
        let plan = flags.unwrap().plan().unwrap();
        let targets: Vec<String> = plan.targets.iter().map(ServerUrl::to_string).collect();
        assert_eq!(targets, ["ws://127.0.0.1:9000/ws?room=proving-ground"]);
        assert_eq!((plan.count, plan.seed, plan.link.latency), (200, 5, 80_000));
    }

    #[test]
    fn bots_can_spread_over_rooms() {
        let targets = |flags: &[&str]| parse(flags).unwrap().plan().unwrap().targets;
        assert_eq!(targets(&["--room", "a", "--room", "b"]).len(), 2);
        let default = targets(&[]);
        assert_eq!(default.len(), 1);
        assert_eq!(default[0].to_string(), "ws://127.0.0.1:8080/ws");
    }

    #[test]
    fn every_brain_can_be_asked_for_and_no_other() {
        for name in ["wander", "linger", "miner", "hunter", "trader", "mix"] {
            assert_eq!(parse(&["--brain", name]).unwrap().brain.to_string(), name);
        }
        assert!(parse(&["--brain", "genius"]).is_err());
    }

    #[test]
    fn what_cannot_be_flown_is_refused_at_once() {
        for flags in [
            ["--count", "0"],
            ["--seconds", "-1"],
            ["--seconds", "NaN"],
            ["--link", "loss=1%"],
            ["--server", "http://127.0.0.1/"],
            ["--join-rate", "0"],
            ["--input-sockets", "3"],
            ["--threads", "0"],
            ["--decode", "none"],
            ["--warm-up", "-1"],
        ] {
            assert!(parse(&flags).is_err(), "{flags:?}");
        }
    }
}
