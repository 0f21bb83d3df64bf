//! How stale clients' ship states are, by distance, from the server's metrics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Scrape;

/// The ages within one band of distance.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct AgeBand {
    /// Upper bound of the distance in units; `inf` for the last band.
    pub distance: String,
    /// Ships in the sample.
    pub ships: u64,
    /// Median age, as the upper bound of its bin in ticks; `inf` beyond the last bin.
    pub p50: String,
    /// 99th percentile of the age, likewise.
    pub p99: String,
}

/// The bands in ascending order of distance; empty if every snapshot fitted its byte budget.
pub fn bands(counted: &Scrape) -> Vec<AgeBand> {
    let mut bands: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
    for (labels, count) in counted.labelled("ship_ages_total") {
        let (Some(distance), Some(ticks)) = (labels.get("distance"), labels.get("ticks")) else {
            continue;
        };
        bands.entry(end(distance)).or_default().push((end(ticks), count.max(0.0) as u64));
    }
    let mut all: Vec<AgeBand> = bands
        .into_iter()
        .map(|(distance, mut ages)| {
            ages.sort_unstable();
            let ships = ages.iter().map(|(_, count)| count).sum();
            AgeBand {
                distance: name(distance),
                ships,
                p50: quantile(&ages, ships, 0.5),
                p99: quantile(&ages, ships, 0.99),
            }
        })
        .collect();
    all.retain(|band| band.ships > 0);
    all
}

fn quantile(ages: &[(u64, u64)], ships: u64, share: f64) -> String {
    let mut left = (ships as f64 * share) as u64;
    for (end, count) in ages {
        if left < *count {
            return name(*end);
        }
        left -= count;
    }
    name(BEYOND)
}

/// The upper bound that a label names.
fn end(label: &str) -> u64 {
    label.parse().unwrap_or(BEYOND)
}

fn name(end: u64) -> String {
    if end == BEYOND { "inf".to_owned() } else { end.to_string() }
}

/// The upper bound of the last band.
const BEYOND: u64 = u64::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_told_by_distance_nearest_first() {
        let scrape = Scrape::parse(
            "driftfield_ship_ages_total{distance=\"inf\",ticks=\"inf\"} 10\n\
             driftfield_ship_ages_total{distance=\"200\",ticks=\"1\"} 95\n\
             driftfield_ship_ages_total{distance=\"200\",ticks=\"16\"} 2\n\
             driftfield_ship_ages_total{distance=\"200\",ticks=\"0\"} 103\n",
        )
        .unwrap();
        let told: Vec<_> = bands(&scrape)
            .into_iter()
            .map(|band| (band.distance, band.ships, band.p50, band.p99))
            .collect();
        let text = |distance: &str, ships, p50: &str, p99: &str| {
            (distance.to_owned(), ships, p50.to_owned(), p99.to_owned())
        };
        assert_eq!(told, [text("200", 200, "0", "16"), text("inf", 10, "inf", "inf")]);
    }
}
