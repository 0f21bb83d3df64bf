//! Reads a server's `/metrics`, parses it, and computes the difference of two samples.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::Histogram;

/// One sample of the metrics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scrape {
    /// Values by name and labels, as written in the text.
    values: BTreeMap<String, f64>,
    /// Histograms by name, summed over all rooms.
    histograms: BTreeMap<String, Histogram>,
}

impl Scrape {
    /// Fetches and parses a server's metrics.
    ///
    /// # Errors
    /// When the answer is not what a Driftfield server sends.
    pub fn read(server: SocketAddr) -> io::Result<Self> {
        let text = get(server, "/metrics")?;
        Self::parse(&text).ok_or_else(|| io::Error::other("/metrics has an unexpected format"))
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut scrape = Scrape::default();
        for line in text.lines().filter(|line| line.starts_with(PREFIX)) {
            let (name, value) = line.rsplit_once(' ')?;
            match name.split_once("_bucket{") {
                Some((name, labels)) => {
                    let (_, bound) = labels.split_once("le=\"")?;
                    let (bound, _) = bound.split_once('"')?;
                    let histogram = scrape.histograms.entry(name.to_owned()).or_default();
                    histogram.add_bucket(bound, value.parse().ok()?)?;
                }
                None => {
                    scrape.values.insert(name.to_owned(), value.parse().ok()?);
                }
            }
        }
        (!scrape.values.is_empty()).then_some(scrape)
    }

    /// A counter or gauge by its name without `driftfield_`, with its labels; 0 if it is missing.
    pub fn value(&self, name: &str) -> f64 {
        self.values.get(&format!("{PREFIX}{name}")).copied().unwrap_or(0.0)
    }

    /// A counter summed over all its labels, by its name without `driftfield_`; 0 if it is missing.
    pub fn sum(&self, name: &str) -> f64 {
        self.known_sum(name).unwrap_or(0.0)
    }

    /// Like [`Scrape::sum`], but `None` if it is missing.
    pub fn known_sum(&self, name: &str) -> Option<f64> {
        let is_of = |key: &str| {
            key.strip_prefix(PREFIX)
                .and_then(|key| key.strip_prefix(name))
                .is_some_and(|labels| labels.is_empty() || labels.starts_with('{'))
        };
        self.values
            .iter()
            .filter(|(key, _)| is_of(key))
            .map(|(_, value)| *value)
            .reduce(|sum, value| sum + value)
    }

    /// The values of a counter with their labels, by its name without `driftfield_`.
    pub fn labelled(&self, name: &str) -> Vec<(BTreeMap<&str, &str>, f64)> {
        let start = format!("{PREFIX}{name}{{");
        let values = self.values.iter().filter_map(|(key, value)| {
            let labels = key.strip_prefix(&start)?.strip_suffix('}')?;
            let labels = labels.split(',').filter_map(|label| {
                let (name, value) = label.split_once('=')?;
                Some((name, value.trim_matches('"')))
            });
            Some((labels.collect(), *value))
        });
        values.collect()
    }

    /// A histogram by its name without `driftfield_`; empty if it is missing.
    pub fn histogram(&self, name: &str) -> Histogram {
        self.histograms.get(&format!("{PREFIX}{name}")).cloned().unwrap_or_default()
    }

    /// What was counted since `before`. Gauges become differences, too.
    pub fn since(&self, before: &Scrape) -> Scrape {
        let values = self.values.iter().map(|(name, value)| {
            (name.clone(), value - before.values.get(name).copied().unwrap_or(0.0))
        });
        let histograms = self.histograms.iter().map(|(name, histogram)| {
            let earlier = before.histograms.get(name).cloned().unwrap_or_default();
            (name.clone(), histogram.since(&earlier))
        });
        Scrape { values: values.collect(), histograms: histograms.collect() }
    }
}

/// The body of the answer to a GET request, whose status must be 200.
fn get(server: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&server, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
    match answer.starts_with("HTTP/1.1 200 ") {
        true => Ok(answer),
        false => Err(io::Error::other(format!(
            "{path} was answered with {:?}",
            answer.lines().next().unwrap_or_default()
        ))),
    }
}

/// Prefix of every metric of the server.
const PREFIX: &str = "driftfield_";
/// How long the server may take to answer. It runs on the same machine, but may be overloaded.
const PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer that is read. With hundreds of rooms it is about a megabyte.
const ANSWER_BYTES_MAX: u64 = 8 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: &str = "HTTP/1.1 200 OK\r\n\r\n\
        # TYPE driftfield_tick_lateness_seconds histogram\n\
        driftfield_tick_lateness_seconds_sum{room=\"a\"} 0.5\n\
        driftfield_tick_lateness_seconds_bucket{room=\"a\",le=\"0.001\"} 30\n\
        driftfield_tick_lateness_seconds_bucket{room=\"a\",le=\"+Inf\"} 40\n\
        driftfield_tick_lateness_seconds_bucket{room=\"b\",le=\"+Inf\"} 2\n\
        driftfield_clients 9\n\
        driftfield_sent_bytes_total{lane=\"snapshot\"} 1200\n\
        driftfield_sent_bytes_total{lane=\"control\"} 34\n\
        # EOF\n";

    #[test]
    fn figures_are_found_by_name_and_rooms_add_up() {
        let scrape = Scrape::parse(METRICS).unwrap();
        assert_eq!(scrape.value("clients"), 9.0);
        assert_eq!(scrape.value("sent_bytes_total{lane=\"snapshot\"}"), 1_200.0);
        assert_eq!(scrape.sum("sent_bytes_total"), 1_234.0);
        assert_eq!((scrape.value("nothing"), scrape.sum("sent_bytes")), (0.0, 0.0));
        assert_eq!(scrape.histogram("tick_lateness_seconds").count(), 42);
        assert_eq!(scrape.histogram("nothing").count(), 0);
    }

    #[test]
    fn the_difference_of_two_is_what_happened_between() {
        let before = Scrape::parse(METRICS).unwrap();
        let later = METRICS.replace("1200", "2000").replace("\"+Inf\"} 40", "\"+Inf\"} 55");
        let since = Scrape::parse(&later).unwrap().since(&before);
        assert_eq!(since.value("sent_bytes_total{lane=\"snapshot\"}"), 800.0);
        assert_eq!(since.histogram("tick_lateness_seconds").count(), 15);
    }

    #[test]
    fn what_is_not_of_this_server_is_refused() {
        for text in ["", "HTTP/1.1 200 OK\r\n\r\nhello", "driftfield_clients many"] {
            assert_eq!(Scrape::parse(text), None, "{text:?}");
        }
    }
}
