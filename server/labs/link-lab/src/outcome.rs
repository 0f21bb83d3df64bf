//! The outcome of a run besides the bots' own report, as lines in that report's format.

use std::fmt;

use crate::flags::Flags;
use crate::inputs::Inputs;
use crate::relay::RelayCounts;
use crate::wire::WireCounts;

/// The figures of a run.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The flags of the run.
    pub flags: &'a Flags,
    /// What the relay carried; `None` with netem, which is not asked.
    pub carried: Option<RelayCounts>,
    /// The inputs that reached the server.
    pub inputs: Inputs,
}

impl fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { flags, carried, inputs } = self;
        let via = if carried.is_some() { "relay" } else { "netem" };
        let ms = |time: std::time::Duration| time.as_secs_f64() * 1e3;
        let (rtt, jitter) = (ms(flags.rtt), ms(flags.jitter));
        write!(
            f,
            "{:<28}{via}: RTT {rtt} ms +- {jitter} ms, {} % loss each way",
            "link", flags.loss
        )?;
        if let Some(rate) = flags.rate {
            write!(f, ", {rate} bit/s, queue {} bytes", flags.queue)?;
        }
        writeln!(f)?;
        if let Some(carried) = carried {
            writeln!(f, "{:<28}{}", "server to bots", direction(&carried.down))?;
            writeln!(f, "{:<28}{}", "bots to server", direction(&carried.up))?;
            let (mean, max) = (ms(carried.lateness_mean), ms(carried.lateness_max));
            writeln!(f, "{:<28}{mean:>12.2}  on average, {max:.2} at most", "relay late by, ms")?;
        }
        writeln!(f, "{:<28}{inputs}", "inputs in time")
    }
}

fn direction(counts: &WireCounts) -> String {
    let WireCounts { packets, bytes, lost, dropped } = *counts;
    let share = |part: u64| part as f64 / packets.max(1) as f64 * 100.0;
    format!(
        "{packets:>12}  packets of {} bytes, {:.2} % lost, {:.2} % dropped at the queue",
        bytes / packets.max(1),
        share(lost),
        share(dropped)
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn the_lines_say_what_the_link_did_and_what_came_through() {
        let flags = Flags::parse_from(["link-lab", "--loss", "1", "--rate", "240kbit"]);
        let wire = WireCounts { packets: 200, bytes: 20_000, lost: 2, dropped: 1 };
        let carried = RelayCounts { down: wire, ..Default::default() };
        let inputs = Inputs { received: 1_000, late: 1 };
        let mut outcome = Outcome { flags: &flags, carried: Some(carried), inputs };
        let text = outcome.to_string();
        for part in [
            "relay: RTT 50 ms +- 0 ms, 1 % loss each way, 240000 bit/s, queue 32000 bytes",
            "200  packets of 100 bytes, 1.00 % lost, 0.50 % dropped at the queue",
            "999  99.900 % of 1000, 1 late",
        ] {
            assert!(text.contains(part), "{text}");
        }
        outcome.carried = None;
        assert_eq!(outcome.to_string().lines().count(), 2);
    }
}
