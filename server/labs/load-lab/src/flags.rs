//! The command line of `load-lab`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measures a release server under load, and writes a table and a page of plots.
///
/// Without a command it sweeps over numbers of clients. For each number it starts a server process and a bot process,
/// and before and after them it measures bare sockets that carry as many messages. Server CPU is that of the server
/// process alone, over the steady stretch after all clients have joined. Every command saves its figures to the
/// output folder and renders README.md and index.html again.
///
/// It needs Linux (it reads /proc). Run it on an otherwise idle machine.
#[derive(Clone, Debug, Parser)]
#[command(name = "load-lab", version, args_conflicts_with_subcommands = true)]
pub struct Flags {
    /// What to measure; the sweep over numbers of clients if not given
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The sweep.
    #[command(flatten)]
    pub sweep: Sweep,
}

/// Flags of every measurement.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// Seconds of the measured stretch
    #[arg(long, value_name = "S", default_value_t = 20.0, value_parser = parse_seconds)]
    pub seconds: f64,

    /// Seconds between the last join and the measured stretch
    #[arg(long, value_name = "S", default_value_t = 5.0, value_parser = parse_seconds)]
    pub warm_up: f64,

    /// Bots that join per second
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub join_rate: u32,

    /// Tick rate of the server, in Hz
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(10..=120))]
    pub tick_hz: u16,

    /// The folder for results.json and the other results, README.md and index.html
    #[arg(long, value_name = "DIR", default_value = "docs/scale")]
    pub out: PathBuf,

    /// The folder with the programs `server` and `bots` [default: the folder of load-lab; when run by cargo, it
    /// builds them]
    #[arg(long, value_name = "DIR")]
    pub bin_dir: Option<PathBuf>,
}

/// The sweep over numbers of clients.
#[derive(Args, Clone, Debug)]
pub struct Sweep {
    /// Numbers of clients, separated by commas
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = [100, 250, 500, 1_000, 2_000],
        value_parser = clap::value_parser!(u32).range(1..=4_096))]
    pub counts: Vec<u32>,

    /// The sector of the room: proving-ground, proving-ground-open or frontier
    #[arg(long, value_name = "ID", default_value = "proving-ground")]
    pub room: String,

    /// The bots' brain: wander, linger, miner, hunter, trader or mix
    #[arg(long, value_name = "NAME", default_value = "wander")]
    pub brain: String,

    /// How much of each snapshot the bots decode; light works with wander and linger only
    #[arg(long, value_name = "full|light", default_value = "light")]
    pub decode: String,

    /// See [`Common`].
    #[command(flatten)]
    pub common: Common,
}

/// The other measurements.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Measure bare sockets alone: one blind read and one write per client and tick
    Bare {
        /// Number of clients
        #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
        count: u32,
        /// Bytes written to each client in each tick
        #[arg(long, value_name = "B", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=65_536))]
        bytes: u32,
        /// Seconds to measure
        #[arg(long, value_name = "S", default_value_t = 10.0, value_parser = parse_seconds)]
        seconds: f64,
    },
    /// Measure a room with clients that never read, clients that flood, and clients that connect and vanish
    Hell {
        /// Number of healthy clients
        #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(20..=2_000))]
        count: u32,
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
    },
    /// Measure a room that talks, with players who flood lines, whispers, requests, reports, invitations and subscriptions
    Company {
        /// Number of honest clients
        #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=2_000))]
        count: u32,
        /// Those of them that say a line each two seconds
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=2_000))]
        talkers: u32,
        /// Number of nuisances
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
        nuisances: u32,
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
    },
    /// Measure many small rooms against one large room, and many empty rooms
    Rooms {
        /// Number of small rooms
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        rooms: u32,
        /// Clients in each small room
        #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=4_096))]
        per_room: u32,
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
    },
    /// Check that memory stays flat over a long run while bots leave and come back
    Soak {
        /// Duration in minutes
        #[arg(long, value_name = "M", default_value_t = 30.0, value_parser = parse_minutes)]
        minutes: f64,
        /// Number of clients; a fifth of them keeps leaving and coming back
        #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(10..=2_000))]
        count: u32,
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
    },
    /// Measure a crowd: everyone in one view
    Crowd {
        /// Numbers of clients, separated by commas
        #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = [100, 250, 500, 1_000],
            value_parser = clap::value_parser!(u32).range(1..=4_096))]
        counts: Vec<u32>,
        /// How much of each snapshot the bots decode; the number of visible entities needs full
        #[arg(long, value_name = "full|light", default_value = "light")]
        decode: String,
        /// Use a sector so small that every ship bumps into another in every tick, which exceeds the byte budget
        #[arg(long)]
        packed: bool,
        /// Put the crowd at the station of the frontier, where all ships spawn
        #[arg(long, conflicts_with = "packed")]
        station: bool,
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
    },
    /// Render README.md and index.html from earlier results
    Render {
        /// The folder with the results
        #[arg(long, value_name = "DIR", default_value = "docs/scale")]
        out: PathBuf,
    },
    /// Run the server half of the bare sockets
    #[command(hide = true)]
    BareServer {
        /// Clients to wait for
        #[arg(long)]
        count: u32,
        /// Bytes written per tick and client
        #[arg(long)]
        bytes: u32,
        /// Tick rate in Hz
        #[arg(long, default_value_t = 30)]
        tick_hz: u16,
        /// Seconds over which tick lateness is measured
        #[arg(long)]
        seconds: f64,
    },
    /// Run the client half of the bare sockets
    #[command(hide = true)]
    BareClient {
        /// Number of clients
        #[arg(long)]
        count: u32,
        /// Address of the server half
        #[arg(long)]
        server: SocketAddr,
        /// Tick rate in Hz
        #[arg(long, default_value_t = 30)]
        tick_hz: u16,
    },
    /// Run the attackers
    #[command(hide = true)]
    Attack {
        /// Address of the server
        #[arg(long)]
        server: SocketAddr,
        /// The room to join
        #[arg(long)]
        room: String,
        /// Clients that never read
        #[arg(long)]
        deaf: u32,
        /// Clients that send ten times more than allowed
        #[arg(long)]
        flooding: u32,
        /// Clients that connect and vanish, per second
        #[arg(long)]
        vanishing: u32,
    },
    /// Run the nuisances
    #[command(hide = true)]
    Nuisances {
        /// Address of the server
        #[arg(long)]
        server: SocketAddr,
        /// The room to join
        #[arg(long)]
        room: String,
        /// How many
        #[arg(long)]
        count: u32,
        /// File for what became of them, as JSON
        #[arg(long)]
        report: PathBuf,
    },
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    parse_up_to(text, SECONDS_MAX)
}

fn parse_minutes(text: &str) -> Result<f64, String> {
    parse_up_to(text, SECONDS_MAX / 60.0)
}

/// Parses a number above 0.
fn parse_up_to(text: &str, max: f64) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    let is_possible = number > 0.0 && number <= max;
    is_possible.then_some(number).ok_or_else(|| format!("{text} is not above 0 and at most {max}"))
}

/// One day, in minutes. Nobody needs a longer run.
const SECONDS_MAX: f64 = 86_400.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(flags: &str) -> Result<Flags, clap::Error> {
        Flags::try_parse_from(["load-lab"].into_iter().chain(flags.split_whitespace()))
    }

    #[test]
    fn without_a_command_the_sweep_of_the_issue_is_run() {
        let sweep = parse("").unwrap().sweep;
        assert_eq!(sweep.counts, [100, 250, 500, 1_000, 2_000]);
        assert_eq!((sweep.room.as_str(), sweep.brain.as_str()), ("proving-ground", "wander"));
        assert_eq!(sweep.common.tick_hz, 30);
        let flags = parse("--counts 100,500 --seconds 8 --decode full --out target/scale").unwrap();
        assert!(flags.command.is_none());
        assert_eq!((flags.sweep.counts, flags.sweep.common.seconds), (vec![100, 500], 8.0));
    }

    #[test]
    fn each_scenario_has_the_figures_of_the_issue_as_defaults() {
        let command = |flags| parse(flags).unwrap().command.unwrap();
        assert!(matches!(command("hell"), Command::Hell { count: 500, .. }));
        let Command::Company { count, talkers, nuisances, .. } = command("company") else {
            panic!("no company");
        };
        assert_eq!((count, talkers, nuisances), (200, 20, 50));
        assert!(matches!(command("rooms"), Command::Rooms { rooms: 50, per_room: 40, .. }));
        assert!(matches!(command("crowd --station"), Command::Crowd { station: true, .. }));
        let Command::Soak { minutes, count, .. } = command("soak") else { panic!("no soak") };
        assert_eq!((minutes, count), (30.0, 500));
        assert!(
            matches!(command("crowd --counts 50"), Command::Crowd { counts, .. } if counts == [50])
        );
    }

    #[test]
    fn what_cannot_be_measured_is_refused_at_once() {
        for flags in [
            "--counts 0",
            "--counts 5000",
            "--seconds 0",
            "--seconds NaN",
            "--warm-up=-1",
            "--tick-hz 5",
            "hell --count 3",
            "soak --minutes inf",
            "bare --bytes 0",
            "crowd --packed --station",
            "somewhere",
        ] {
            assert!(parse(flags).is_err(), "{flags}");
        }
    }
}
