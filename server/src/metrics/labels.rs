//! The labels of metrics.

use prometheus_client::encoding::EncodeLabelSet;

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct RoomLabel {
    pub(super) room: String,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct LaneLabel {
    pub(super) lane: &'static str,
}

impl LaneLabel {
    pub(super) const SNAPSHOT: LaneLabel = LaneLabel { lane: "snapshot" };
    pub(super) const CONTROL: LaneLabel = LaneLabel { lane: "control" };
    pub(super) const TOPICS: LaneLabel = LaneLabel { lane: "topics" };
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct OutcomeLabel {
    pub(super) outcome: &'static str,
}

impl OutcomeLabel {
    pub(super) const SAVED: OutcomeLabel = OutcomeLabel { outcome: "saved" };
    pub(super) const FAILED: OutcomeLabel = OutcomeLabel { outcome: "failed" };
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct AgeLabel {
    pub(super) distance: String,
    pub(super) ticks: String,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct PartLabel {
    pub(super) part: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct ReasonLabel {
    pub(super) reason: &'static str,
}
