//! Bare sockets measured before and after the server. The speed of a shared machine can change by half within a
//! minute, so a single measurement would not be comparable.

use serde::{Deserialize, Serialize};

use super::Bare;

/// Two measurements of bare sockets, with the server's between them.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(from = "Recorded")]
pub struct BareAround {
    /// The one before, with messages of [`BYTES_BEFORE`] bytes. `None` in older results.
    pub before: Option<Bare>,
    /// The one after, with messages of the server's mean framed snapshot length.
    pub behind: Bare,
}

/// Message length before the server's own is known. Shorter messages are cheaper, if anything, so this does not
/// flatter the server.
pub const BYTES_BEFORE: u32 = 8;

/// The serialized form.
#[derive(Deserialize)]
#[serde(untagged)]
enum Recorded {
    Both { before: Option<Bare>, behind: Bare },
    Behind(Bare),
}

impl From<Recorded> for BareAround {
    fn from(recorded: Recorded) -> Self {
        match recorded {
            Recorded::Both { before, behind } => BareAround { before, behind },
            Recorded::Behind(behind) => BareAround { before: None, behind },
        }
    }
}

impl BareAround {
    /// Both measurements, or the only one.
    pub fn both(&self) -> impl Iterator<Item = &Bare> {
        self.before.iter().chain([&self.behind])
    }

    /// Processor time of the server half, in seconds per second: the mean of both.
    pub fn server_cpu(&self) -> f64 {
        mean(self.both().map(|bare| bare.server_cpu))
    }

    /// Processor time per client and tick, in microseconds: the mean of both.
    pub fn micros_per_client_tick(&self) -> f64 {
        mean(self.both().map(|bare| bare.micros_per_client_tick))
    }
}

fn mean(figures: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = figures.fold((0.0, 0.0), |(sum, count), figure| (sum + figure, count + 1.0));
    sum / count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(micros_per_client_tick: f64) -> Bare {
        Bare { clients: 5, micros_per_client_tick, ..Bare::default() }
    }

    #[test]
    fn the_figure_is_the_mean_of_both_or_that_of_the_one_that_older_results_have() {
        let around = BareAround { before: Some(bare(8.0)), behind: bare(9.0) };
        let json = serde_json::to_string(&around).unwrap();
        assert_eq!(serde_json::from_str::<BareAround>(&json).unwrap(), around);
        assert_eq!(around.micros_per_client_tick(), 8.5);
        let json = serde_json::to_string(&bare(9.0)).unwrap();
        let older: BareAround = serde_json::from_str(&json).unwrap();
        assert_eq!((older.before, older.micros_per_client_tick()), (None, 9.0));
    }
}
