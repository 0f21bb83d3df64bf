//! What every snapshot begins with: which tick it is of, and what the clock is steered by.
//!
//! ```text
//! bytes --> SnapshotHeader::read --> Decoder (the rest, and the state that comes of it)
//!                               \-> a client under load that only follows the ticks
//! ```

use super::bits::BitReader;
use super::decoder::SnapshotError;
use super::{BitsError, KIND_BITS, KIND_DELTA, KIND_FULL, MARGIN_BITS};
use crate::limits::{HISTORY_TICKS, SECTOR_SIDE_MAX, SECTOR_SIDE_MIN};
use crate::units::Tick;

/// What a snapshot stands on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SnapshotKind {
    /// On the snapshot before it, so many ticks ago, 1 to [`HISTORY_TICKS`].
    Delta(u32),
    /// On nothing: it is of this tick.
    Full(Tick),
}

/// The checked header of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SnapshotHeader {
    /// What it stands on.
    pub kind: SnapshotKind,
    /// How many ticks before its use our newest input command arrived, negative when too late; `None` where it is as
    /// before, which with a full snapshot is 0.
    pub margin: Option<i8>,
    /// Side of the sector in units, if it has changed; always there in a full snapshot.
    pub side: Option<f32>,
    /// Whether the client holds ships whose updates have waited; never in a full snapshot.
    pub has_waited: bool,
}

impl SnapshotHeader {
    /// Reads the header and leaves the reader behind it.
    ///
    /// # Errors
    /// When the bits end early, are those of no snapshot, or say what no server writes.
    pub fn read(input: &mut BitReader<'_>) -> Result<Self, SnapshotError> {
        let mut header = SnapshotHeader {
            kind: SnapshotKind::Delta(1),
            margin: None,
            side: None,
            has_waited: false,
        };
        match input.read(KIND_BITS)? {
            KIND_DELTA => {
                if !input.read_bool()? {
                    // As nearly always: one tick on, and nothing else to say.
                    return Ok(header);
                }
                let ticks = input.read_golomb(0)?.saturating_add(1);
                if ticks > HISTORY_TICKS {
                    return Err(SnapshotError::TooManyTicks(ticks));
                }
                header.kind = SnapshotKind::Delta(ticks);
                header.has_waited = input.read_bool()?;
            }
            KIND_FULL => header.kind = SnapshotKind::Full(Tick(input.read(32)? as u32)),
            _ => return Err(BitsError.into()),
        }
        if input.read_bool()? {
            // Seven bits with a sign: shifted up and back down to spread it.
            header.margin = Some(((input.read(MARGIN_BITS)? as u8) << 1) as i8 >> 1);
        }
        let is_full = matches!(header.kind, SnapshotKind::Full(_));
        if is_full || input.read_bool()? {
            let bits = input.read(32)? as u32;
            let side = f32::from_bits(bits);
            if !(SECTOR_SIDE_MIN..=SECTOR_SIDE_MAX).contains(&side) {
                return Err(SnapshotError::Side(bits));
            }
            header.side = Some(side);
        }
        Ok(header)
    }

    /// The tick of the snapshot, given that of the one before.
    ///
    /// # Errors
    /// When it stands on a snapshot that there is not.
    pub fn tick(&self, before: Option<Tick>) -> Result<Tick, SnapshotError> {
        match self.kind {
            SnapshotKind::Delta(ticks) => {
                before.map(|before| before.plus(ticks)).ok_or(SnapshotError::NoBaseline)
            }
            SnapshotKind::Full(tick) => Ok(tick),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::snapshot::BitWriter;

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
            ticks in 1..=HISTORY_TICKS, tick in any::<u32>(), has_waited in any::<bool>(),
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
        let long = SnapshotHeader { kind: SnapshotKind::Delta(HISTORY_TICKS + 1), ..PLAIN };
        assert_eq!(read(&write(&long)), Err(SnapshotError::TooManyTicks(HISTORY_TICKS + 1)));
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
}
