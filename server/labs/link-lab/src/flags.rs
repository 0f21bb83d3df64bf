//! The command line of `link-lab`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::wire::WireProfile;

/// Runs the server and the bots on the two ends of a lossy link, to show how TCP's handling of loss feels.
///
/// Each gets its own network namespace. Between them is the kernel's netem if the kernel has it, otherwise a relay
/// between two TUN devices. When the bots are done, link-lab prints their report, the link's figures, and the share
/// of input commands that reached the server in time. The exit status is that of the bots.
///
/// It needs Linux, root, and `ip` (iproute2). Everything it sets up is removed when it ends, also after Ctrl-C.
#[derive(Clone, Debug, Parser)]
#[command(name = "link-lab", version, after_help = EXAMPLE)]
pub struct Flags {
    /// Packet loss in each direction, in percent; packets are lost independently
    #[arg(long, value_name = "PERCENT", default_value = "0", value_parser = parse_percent)]
    pub loss: f64,

    /// Round-trip time of a packet that does not queue, as in 100ms
    #[arg(long, value_name = "TIME", default_value = "50ms", value_parser = parse_time)]
    pub rtt: Duration,

    /// How much longer or shorter a round trip may be; packets never overtake each other
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = parse_time)]
    pub jitter: Duration,

    /// Rate in bits per second in each direction, for all bots together, IP headers included, as in 240kbit [default:
    /// no limit]
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    pub rate: Option<u64>,

    /// Queue in front of the rate limit in each direction, as in 32kB; further packets are dropped
    #[arg(long, value_name = "SIZE", default_value = "32kB", value_parser = parse_size)]
    pub queue: u64,

    /// Seed of the relay's losses and delays; netem has no seed
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub seed: u64,

    /// What carries the packets between the two ends
    #[arg(long, value_enum, default_value_t = Via::Auto)]
    pub via: Via,

    /// The folder with the programs `server` and `bots` [default: the folder of link-lab]
    #[arg(long, value_name = "DIR")]
    pub bin_dir: Option<PathBuf>,

    /// An additional argument for the server; may be given several times
    #[arg(long = "server-arg", value_name = "ARG", allow_hyphen_values = true)]
    pub server_args: Vec<String>,

    /// Arguments for the bots; they are told the server's address
    #[arg(last = true, value_name = "BOTS ARGS")]
    pub bots_args: Vec<String>,
}

/// What makes the link bad.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Via {
    /// netem if the kernel has it, otherwise the relay
    Auto,
    /// The kernel's netem, between two veth devices
    Netem,
    /// A relay in user space, between two TUN devices
    Relay,
}

impl Flags {
    /// The profile of one direction: half the round trip and half its jitter.
    ///
    /// # Errors
    /// With a readable text, when the jitter is larger than the round trip.
    pub fn wire(&self) -> Result<WireProfile, String> {
        if self.jitter > self.rtt {
            return Err("--jitter must not be larger than --rtt".to_owned());
        }
        Ok(WireProfile {
            delay: self.rtt / 2,
            jitter: self.jitter / 2,
            loss: self.loss / 100.0,
            bits_per_second: self.rate,
            queue_bytes: self.queue,
        })
    }
}

fn parse_percent(text: &str) -> Result<f64, String> {
    let percent: f64 = text.trim_end_matches('%').parse().map_err(|_| "not a number".to_owned())?;
    (0.0..=100.0).contains(&percent).then_some(percent).ok_or_else(|| "not 0 to 100".to_owned())
}

fn parse_time(text: &str) -> Result<Duration, String> {
    let seconds = parse_with_unit(text, &[("us", 1e-6), ("ms", 1e-3), ("s", 1.0)])?;
    (seconds <= SECONDS_MAX)
        .then(|| Duration::from_secs_f64(seconds))
        .ok_or_else(|| format!("more than {SECONDS_MAX} s"))
}

fn parse_rate(text: &str) -> Result<u64, String> {
    let units = [("gbit", 1e9), ("mbit", 1e6), ("kbit", 1e3), ("bit", 1.0)];
    let bits = parse_with_unit(text, &units)?;
    (RATE_BITS_MIN..=RATE_BITS_MAX)
        .contains(&bits)
        .then_some(bits as u64)
        .ok_or_else(|| "must be 8kbit to 100gbit".to_owned())
}

fn parse_size(text: &str) -> Result<u64, String> {
    let bytes = parse_with_unit(text, &[("MB", 1e6), ("kB", 1e3), ("B", 1.0)])?;
    (QUEUE_BYTES_MIN..=QUEUE_BYTES_MAX)
        .contains(&bytes)
        .then_some(bytes as u64)
        .ok_or_else(|| "must be 1500B (one full packet) to 1000MB".to_owned())
}

/// Parses a finite number that is not negative, and multiplies it by its unit's factor. The unit is required.
fn parse_with_unit(text: &str, units: &[(&str, f64)]) -> Result<f64, String> {
    let names = || units.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let (number, factor) = units
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))
        .ok_or_else(|| format!("the unit is missing: one of {}", names()))?;
    match number.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number * factor),
        _ => Err(format!("{number:?} is not a valid number here")),
    }
}

const EXAMPLE: &str = "Example, with both built by `cargo build --release`:
  link-lab --loss 1 --rtt 100ms --jitter 5ms -- --count 20 --seconds 40 --room proving-ground";

/// Longest time. Nobody plays with more.
const SECONDS_MAX: f64 = 60.0;
/// Lowest rate in bit/s. Below it, a full packet takes more than 1.5 seconds.
const RATE_BITS_MIN: f64 = 8e3;
/// Highest rate in bit/s.
const RATE_BITS_MAX: f64 = 1e11;
/// Shortest queue in bytes: one packet of the usual MTU.
const QUEUE_BYTES_MIN: f64 = 1_500.0;
/// Longest queue in bytes.
const QUEUE_BYTES_MAX: f64 = 1e9;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(flags: &str) -> Result<Flags, clap::Error> {
        Flags::try_parse_from(["link-lab"].into_iter().chain(flags.split_whitespace()))
    }

    #[test]
    fn the_documented_command_line_is_understood() {
        let flags = parse(
            "--loss 1 --rtt 100ms --jitter 5ms --rate 240kbit --queue 32kB --server-arg --tick-hz \
             --server-arg 60 -- --count 20 --room proving-ground",
        )
        .unwrap();
        let wire = WireProfile {
            delay: Duration::from_millis(50),
            jitter: Duration::from_micros(2_500),
            loss: 0.01,
            bits_per_second: Some(240_000),
            queue_bytes: 32_000,
        };
        assert_eq!(flags.wire(), Ok(wire));
        assert_eq!(flags.server_args, ["--tick-hz", "60"]);
        assert_eq!(flags.bots_args, ["--count", "20", "--room", "proving-ground"]);
    }

    #[test]
    fn what_makes_no_link_is_refused_at_once() {
        for flags in [
            "--loss 101",
            "--loss=-1",
            "--loss NaN",
            "--rtt 100",
            "--rtt=-1ms",
            "--rtt 1e9s",
            "--rate 0kbit",
            "--rate fast",
            "--queue 100B",
            "--queue infB",
            "--count 20",
        ] {
            assert!(parse(flags).is_err(), "{flags}");
        }
        assert!(parse("--rtt 10ms --jitter 11ms").unwrap().wire().is_err());
    }
}
