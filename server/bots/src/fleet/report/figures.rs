//! The parts that a report's figures are made of.

use driftfield_shared::snapshot::{SnapshotPart, SnapshotTally};
use hdrhistogram::Histogram;
use serde::Serialize;

/// Bits spent on a part of snapshots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct PartBits {
    /// Bits per visible entity of the kind and tick.
    pub per_entity_per_tick: f64,
    /// Share of all bits, 0..=1.
    pub share: f64,
}

/// A distribution; all zero if nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// 50th percentile.
    pub p50: f64,
    /// 99th percentile.
    pub p99: f64,
    /// Maximum.
    pub max: f64,
}

impl PartBits {
    pub(super) fn of(tally: &SnapshotTally, part: SnapshotPart) -> Self {
        let spent = tally.of(part);
        let per_entity = spent.bits as f64 / spent.entities.max(1) as f64;
        PartBits {
            // Empty lists cost bits, too.
            per_entity_per_tick: if spent.entities == 0 { 0.0 } else { per_entity },
            share: spent.bits as f64 / tally.bits().max(1) as f64,
        }
    }
}

impl Spread {
    pub(super) fn of(histogram: &Histogram<u64>, unit: impl Fn(u64) -> f64) -> Self {
        // The percentile is the upper bound of a bin, which may be above the largest value.
        let at = |quantile| unit(histogram.value_at_quantile(quantile).min(histogram.max()));
        Spread { p50: at(0.5), p99: at(0.99), max: unit(histogram.max()) }
    }
}
