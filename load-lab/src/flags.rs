//! The command line of `load-lab`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measures a release server under load, and writes a table and a page with plots.
///
/// Without a command: for each number of clients a server and bots, each a process of its own, and before and behind them
/// bare sockets that carry as many messages. Server processor time is that of the server process alone, over the steady
/// stretch after all have joined. Every command adds its figures to the folder and renders README.md and index.html anew.
///
/// It needs Linux, for /proc. Run it where nothing else runs.
#[derive(Clone, Debug, Parser)]
#[command(name = "load-lab", version, args_conflicts_with_subcommands = true)]
pub struct Flags {
    /// What to measure; the sweep over numbers of clients if not given
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The sweep
    #[command(flatten)]
    pub sweep: Sweep,
}

/// What every run is told.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// Seconds of the steady stretch that is measured
    #[arg(long, value_name = "S", default_value_t = 20.0, value_parser = parse_seconds)]
    pub seconds: f64,

    /// Seconds between the last join and the stretch
    #[arg(long, value_name = "S", default_value_t = 5.0, value_parser = parse_seconds)]
    pub warm_up: f64,

    /// Bots that join per second
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub join_rate: u32,

    /// Ticks per second of the server
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(10..=120))]
    pub tick_hz: u16,

    /// The folder for results.json and the like, README.md and index.html
    #[arg(long, value_name = "DIR", default_value = "docs/scale")]
    pub out: PathBuf,

    /// The folder with the bins `server` and `bots` [default: where load-lab itself is; run by cargo, it builds them]
    #[arg(long, value_name = "DIR")]
    pub bin_dir: Option<PathBuf>,
}

/// The sweep over numbers of clients.
#[derive(Args, Clone, Debug)]
pub struct Sweep {
    /// Numbers of clients
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = [100, 250, 500, 1_000, 2_000],
        value_parser = clap::value_parser!(u32).range(1..=4_096))]
    pub counts: Vec<u32>,

    /// The sector that the room is in: proving-ground, proving-ground-open or frontier
    #[arg(long, value_name = "ID", default_value = "proving-ground")]
    pub room: String,

    /// What the bots do: wander, linger, miner, hunter, trader or mix
    #[arg(long, value_name = "NAME", default_value = "wander")]
    pub brain: String,

    /// How much of the snapshots the bots read: light only with wander and linger
    #[arg(long, value_name = "full|light", default_value = "light")]
    pub decode: String,

    /// See [`Common`].
    #[command(flatten)]
    pub common: Common,
}

/// What else there is to measure.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Bare sockets alone: one blind read and one write for each client and tick
    Bare {
        /// Clients
        #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
        count: u32,
        /// Bytes written to each of them in each tick
        #[arg(long, value_name = "B", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=65_536))]
        bytes: u32,
        /// Seconds that are measured
        #[arg(long, value_name = "S", default_value_t = 10.0, value_parser = parse_seconds)]
        seconds: f64,
    },
    /// A room with clients that do not read, that send too much, and that come and vanish
    Hell {
        /// Clients in the room
        #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(20..=2_000))]
        count: u32,
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
    },
    /// Many small rooms against one large room, and many empty ones
    Rooms {
        /// Rooms
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        rooms: u32,
        /// Clients in each of them
        #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=4_096))]
        per_room: u32,
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
    },
    /// A long flight with bots that leave and come back
    Soak {
        /// Minutes
        #[arg(long, value_name = "M", default_value_t = 30.0, value_parser = parse_minutes)]
        minutes: f64,
        /// Clients; a fifth of them leaves and comes back all the time
        #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(10..=2_000))]
        count: u32,
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
    },
    /// Everyone in one view
    Crowd {
        /// Numbers of clients
        #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = [100, 250, 500, 1_000],
            value_parser = clap::value_parser!(u32).range(1..=4_096))]
        counts: Vec<u32>,
        /// How much of the snapshots the bots read; what they see is known with full only
        #[arg(long, value_name = "full|light", default_value = "light")]
        decode: String,
        /// In so small a sector that everyone bumps into someone in every tick, and the byte budget is felt
        #[arg(long)]
        packed: bool,
        /// At the station of the frontier, where all come into the world and stay
        #[arg(long, conflicts_with = "packed")]
        station: bool,
        /// See [`Common`].
        #[command(flatten)]
        common: Common,
    },
    /// Renders README.md and index.html from what was measured before
    Render {
        /// The folder
        #[arg(long, value_name = "DIR", default_value = "docs/scale")]
        out: PathBuf,
    },
    /// The server half of the bare sockets
    #[command(hide = true)]
    BareServer {
        /// Clients to wait for
        #[arg(long)]
        count: u32,
        /// Bytes for each tick and client
        #[arg(long)]
        bytes: u32,
        /// Ticks per second
        #[arg(long, default_value_t = 30)]
        tick_hz: u16,
        /// Seconds of which the lateness of ticks is told
        #[arg(long)]
        seconds: f64,
    },
    /// The client half of the bare sockets
    #[command(hide = true)]
    BareClient {
        /// Clients
        #[arg(long)]
        count: u32,
        /// Where the server half is
        #[arg(long)]
        server: SocketAddr,
        /// Ticks per second
        #[arg(long, default_value_t = 30)]
        tick_hz: u16,
    },
    /// The clients that nobody wants
    #[command(hide = true)]
    Attack {
        /// Where the server is
        #[arg(long)]
        server: SocketAddr,
        /// The room
        #[arg(long)]
        room: String,
        /// Clients that do not read
        #[arg(long)]
        deaf: u32,
        /// Clients that send ten times too much
        #[arg(long)]
        flooding: u32,
        /// Clients per second that come and vanish
        #[arg(long)]
        vanishing: u32,
    },
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    parse_up_to(text, SECONDS_MAX)
}

fn parse_minutes(text: &str) -> Result<f64, String> {
    parse_up_to(text, SECONDS_MAX / 60.0)
}

/// A number above 0.
fn parse_up_to(text: &str, max: f64) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    let is_possible = number > 0.0 && number <= max;
    is_possible.then_some(number).ok_or_else(|| format!("{text} is not above 0 and up to {max}"))
}

/// A day: whoever soaks for longer has another purpose.
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
