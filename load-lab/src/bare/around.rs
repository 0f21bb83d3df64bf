//! Bare sockets before and behind what they are compared with: a shared machine is half as fast again in one minute as in
//! the next, and one measurement would compare two of its moods.

use serde::{Deserialize, Serialize};

use super::Bare;

/// Two measurements of bare sockets, and something else between them.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(from = "Recorded")]
pub struct BareAround {
    /// The one before, with messages of [`BYTES_BEFORE`]. Older results have none.
    pub before: Option<Bare>,
    /// The one behind, with messages as long as the mean snapshot.
    pub behind: Bare,
}

/// Bytes of a message as long as nobody knows how long those of the server will be. Shorter ones are cheaper, if anything:
/// what is compared with them looks no better than it is.
pub const BYTES_BEFORE: u32 = 8;

/// As results have it.
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
    /// Both, or the one that there is.
    pub fn both(&self) -> impl Iterator<Item = &Bare> {
        self.before.iter().chain([&self.behind])
    }

    /// Processor time of the server half, seconds in each second: the mean of both.
    pub fn server_cpu(&self) -> f64 {
        mean(self.both().map(|bare| bare.server_cpu))
    }

    /// The same for each client and tick, microseconds.
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
