//! The header of every snapshot: its tick, and the input margin by which the client steers its clock.
//!
//! ```text
//! bytes --> SnapshotHeader::read --> Decoder (the rest, and the resulting state)
//!                               \-> a client under load that only follows the ticks
//! ```

use super::error::SnapshotError;
use crate::limits::{HISTORY_TICKS_MAX, SECTOR_SIDE_MAX, SECTOR_SIDE_MIN};
use crate::snapshot::{KIND_BITS, KIND_DELTA, KIND_FULL};
use crate::units::Tick;
use crate::wire::{BitReader, BitStream, BitsError};

/// Bits of the input margin.
const MARGIN_BITS: u32 = 7;
const MARGIN_MASK: u64 = (1 << MARGIN_BITS) - 1;

/// The baseline of a snapshot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SnapshotKind {
    /// A delta against the snapshot this many ticks before, 1 to [`HISTORY_TICKS_MAX`].
    Delta(u32),
    /// A full snapshot of this tick, without a baseline.
    Full(Tick),
}

/// The validated header of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SnapshotHeader {
    /// Its baseline.
    pub kind: SnapshotKind,
    /// The input margin: how many ticks before its use our newest input command arrived, negative when too late.
    /// `None` means unchanged; with a full snapshot unchanged means 0.
    pub margin: Option<i8>,
    /// Side of the sector in units, if it has changed. A full snapshot always has it.
    pub side: Option<f32>,
    /// Whether the client holds ships whose updates have waited. Always false in a full snapshot.
    pub has_waited: bool,
}

impl SnapshotHeader {
    /// The usual case: one tick later, and nothing has changed.
    const PLAIN: SnapshotHeader = SnapshotHeader {
        kind: SnapshotKind::Delta(1),
        margin: None,
        side: None,
        has_waited: false,
    };

    /// Reads the header. The reader is then behind it.
    ///
    /// # Errors
    /// When the bits end early, are not a snapshot, or say what no server writes.
    pub fn read(input: &mut BitReader<'_>) -> Result<Self, SnapshotError> {
        SnapshotHeader::PLAIN.pass(input)
    }

    /// Writes this header, or reads another one.
    pub(crate) fn pass<S: BitStream>(&self, stream: &mut S) -> Result<Self, SnapshotError> {
        let mut header = SnapshotHeader::PLAIN;
        let (kind, ticks, tick) = match self.kind {
            SnapshotKind::Delta(ticks) => (KIND_DELTA, ticks, Tick(0)),
            SnapshotKind::Full(tick) => (KIND_FULL, 1, tick),
        };
        let kind = stream.bits(kind, KIND_BITS)?;
        match kind {
            KIND_DELTA => {
                if !stream.flag(*self != header)? {
                    return Ok(header);
                }
                let ticks = stream.golomb(ticks - 1, 0)?.saturating_add(1);
                if ticks > HISTORY_TICKS_MAX {
                    return Err(SnapshotError::TooManyTicks(ticks));
                }
                header.kind = SnapshotKind::Delta(ticks);
                header.has_waited = stream.flag(self.has_waited)?;
            }
            KIND_FULL => {
                header.kind = SnapshotKind::Full(Tick(stream.bits(tick.0.into(), 32)? as u32));
            }
            _ => return Err(BitsError.into()),
        }
        if stream.flag(self.margin.is_some())? {
            let margin = u64::from(self.margin.unwrap_or(0) as u8);
            // A signed number of seven bits: shifting up and back down extends the sign.
            let margin = stream.bits(margin & MARGIN_MASK, MARGIN_BITS)? as u8;
            header.margin = Some((margin << 1) as i8 >> 1);
        }
        if kind == KIND_FULL || stream.flag(self.side.is_some())? {
            let bits = stream.bits(self.side.unwrap_or(0.0).to_bits().into(), 32)? as u32;
            let side = f32::from_bits(bits);
            if !(SECTOR_SIDE_MIN..=SECTOR_SIDE_MAX).contains(&side) {
                return Err(SnapshotError::Side(bits));
            }
            header.side = Some(side);
        }
        Ok(header)
    }

    /// The tick of the snapshot, given the tick of the one before.
    ///
    /// # Errors
    /// When it is a delta and there is no snapshot before it, or when it is not later than that one.
    pub fn tick(&self, before: Option<Tick>) -> Result<Tick, SnapshotError> {
        let now = match self.kind {
            SnapshotKind::Delta(ticks) => before.ok_or(SnapshotError::NoBaseline)?.plus(ticks),
            SnapshotKind::Full(tick) => tick,
        };
        match before {
            Some(before) if now <= before => Err(SnapshotError::OutOfOrder(now.0, before.0)),
            _ => Ok(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::BitWriter;

    const PLAIN: SnapshotHeader = SnapshotHeader {
        kind: SnapshotKind::Delta(1),
        margin: None,
        side: None,
        has_waited: false,
    };

    fn write(header: &SnapshotHeader) -> Vec<u8> {
        let mut out = BitWriter::default();
        match header.kind {
            SnapshotKind::Delta(ticks) => {
                out.write(KIND_DELTA, KIND_BITS);
                out.write_bool(*header != PLAIN);
                if *header == PLAIN {
                    return out.finish().to_vec();
                }
                out.write_golomb(ticks - 1, 0);
                out.write_bool(header.has_waited);
            }
            SnapshotKind::Full(tick) => {
                out.write(KIND_FULL, KIND_BITS);
                out.write(u64::from(tick.0), 32);
            }
        }
        out.write_bool(header.margin.is_some());
        if let Some(margin) = header.margin {
            out.write(u64::from(margin as u8 & 0x7f), MARGIN_BITS);
        }
        if matches!(header.kind, SnapshotKind::Delta(_)) {
            out.write_bool(header.side.is_some());
        }
        if let Some(side) = header.side {
            out.write(u64::from(side.to_bits()), 32);
        }
        out.finish().to_vec()
    }

    fn read(bytes: &[u8]) -> Result<SnapshotHeader, SnapshotError> {
        SnapshotHeader::read(&mut BitReader::new(bytes))
    }

    proptest! {
        #[test]
        fn every_header_reads_as_it_was_written(
            ticks in 1..=HISTORY_TICKS_MAX, tick in any::<u32>(), has_waited in any::<bool>(),
            margin in prop::option::of(-64..64_i8),
            side in SECTOR_SIDE_MIN..=SECTOR_SIDE_MAX, has_side in any::<bool>(),
        ) {
            let kind = SnapshotKind::Full(Tick(tick));
            let full = SnapshotHeader { kind, margin, side: Some(side), has_waited: false };
            prop_assert_eq!(read(&write(&full)), Ok(full));
            let side = has_side.then_some(side);
            let delta = SnapshotHeader { kind: SnapshotKind::Delta(ticks), margin, side, has_waited };
            prop_assert_eq!(read(&write(&delta)), Ok(delta));
        }

        #[test]
        fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
            let _ = read(&bytes);
        }
    }

    #[test]
    fn each_way_to_be_wrong_has_its_name() {
        let long = SnapshotHeader { kind: SnapshotKind::Delta(HISTORY_TICKS_MAX + 1), ..PLAIN };
        assert_eq!(read(&write(&long)), Err(SnapshotError::TooManyTicks(HISTORY_TICKS_MAX + 1)));
        let kind = SnapshotKind::Full(Tick(7));
        for side in [0.0, -100.0, f32::NAN, f32::INFINITY, SECTOR_SIDE_MAX * 2.0] {
            let header = SnapshotHeader { kind, side: Some(side), ..PLAIN };
            assert_eq!(read(&write(&header)), Err(SnapshotError::Side(side.to_bits())));
        }
        assert_eq!(read(&[]), Err(SnapshotError::Bits(BitsError)));
        assert_eq!(read(&[2]), Err(SnapshotError::Bits(BitsError)));
        assert_eq!(PLAIN.tick(None), Err(SnapshotError::NoBaseline));
        assert_eq!(PLAIN.tick(Some(Tick(7))), Ok(Tick(8)));
    }

    #[test]
    fn a_snapshot_that_is_not_later_than_the_one_before_is_refused() {
        let full = |tick| SnapshotHeader { kind: SnapshotKind::Full(Tick(tick)), ..PLAIN };
        assert_eq!(full(7).tick(None), Ok(Tick(7)));
        assert_eq!(full(8).tick(Some(Tick(7))), Ok(Tick(8)));
        assert_eq!(full(7).tick(Some(Tick(7))), Err(SnapshotError::OutOfOrder(7, 7)));
        assert_eq!(full(0).tick(Some(Tick(7))), Err(SnapshotError::OutOfOrder(0, 7)));
        let last = Tick(u32::MAX);
        assert_eq!(PLAIN.tick(Some(last)), Err(SnapshotError::OutOfOrder(last.0, last.0)));
    }
}
