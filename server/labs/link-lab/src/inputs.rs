//! The server's count of input commands in time and late, from its `/metrics`.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::namespace::Namespace;

/// The server's counters since its start, over all rooms.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Inputs {
    /// Input commands that arrived.
    pub received: u64,
    /// Input commands that arrived after their tick and were dropped.
    pub late: u64,
}

impl Inputs {
    /// Reads the counters of a server in a namespace. The request stays inside the namespace, so the link does not
    /// affect it.
    ///
    /// # Errors
    /// When the answer is not what a Driftfield server sends.
    pub fn scrape(namespace: &Namespace, server: SocketAddr) -> io::Result<Self> {
        let text = get(namespace, server, "/metrics")?;
        Self::parse(&text).ok_or_else(|| io::Error::other("/metrics does not count inputs"))
    }

    fn parse(metrics: &str) -> Option<Self> {
        let counter = |name: &str| {
            let values =
                metrics.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            values.map(str::parse).next()?.ok()
        };
        Some(Self {
            received: counter("driftfield_inputs_received_total")?,
            late: counter("driftfield_inputs_late_total")?,
        })
    }
}

impl fmt::Display for Inputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inputs { received, late } = *self;
        let in_time = received.saturating_sub(late);
        let share = in_time as f64 / received.max(1) as f64 * 100.0;
        write!(f, "{in_time:>12}  {share:.3} % of {received}, {late} late")
    }
}

/// Whether a server in a namespace answers `/healthz` with 200.
pub fn is_healthy(namespace: &Namespace, server: SocketAddr) -> bool {
    get(namespace, server, "/healthz").is_ok()
}

/// The body of the answer to a GET request, whose status must be 200.
fn get(namespace: &Namespace, server: SocketAddr, path: &str) -> io::Result<String> {
    let answer = namespace.enter(|| {
        let mut stream = TcpStream::connect_timeout(&server, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
        Ok(answer)
    })?;
    match answer.starts_with("HTTP/1.1 200 ") {
        true => Ok(answer),
        false => Err(io::Error::other(format!(
            "{path} was answered with {:?}",
            answer.lines().next().unwrap_or_default()
        ))),
    }
}

/// How long the server may take to answer. It runs on the same machine.
const PATIENCE: Duration = Duration::from_secs(5);
/// Largest answer that is read. The server's is a few kilobytes.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: &str = "HTTP/1.1 200 OK\r\n\r\n\
        # TYPE driftfield_inputs_received counter\n\
        driftfield_inputs_received_total 40000\n\
        driftfield_inputs_late_total 50\n\
        # EOF\n";

    #[test]
    fn the_counters_are_found_among_the_metrics() {
        let inputs = Inputs::parse(METRICS);
        assert_eq!(inputs, Some(Inputs { received: 40_000, late: 50 }));
        assert_eq!(Inputs::parse(&METRICS.replace("late_total 50", "late_total many")), None);
        assert_eq!(Inputs::parse(""), None);
    }

    #[test]
    fn the_share_in_time_is_told_also_when_nothing_came() {
        let text = Inputs { received: 40_000, late: 50 }.to_string();
        assert_eq!(text.trim(), "39950  99.875 % of 40000, 50 late");
        assert!(Inputs { received: 0, late: 0 }.to_string().contains("0.000 % of 0"));
    }
}
