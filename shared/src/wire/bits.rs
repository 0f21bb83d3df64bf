//! Reads and writes numbers bit by bit without padding, least significant bit first.

use thiserror::Error;

/// The bytes end early, or a value is outside the range that is ever written.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the bits end early or hold a number out of range")]
pub struct BitsError;

/// Longest unary prefix of an exponential Golomb code. Larger numbers are never written.
const PREFIX_BITS_MAX: u32 = 32;

/// Bits of a signed number as [`BitWriter::write_signed`] writes it.
pub fn signed_bits(value: i32, k: u32) -> u32 {
    let shifted = u64::from(((value << 1) ^ (value >> 31)) as u32) + (1 << k);
    2 * (shifted.ilog2() - k) + 1 + k
}

/// Collects bits into bytes.
#[derive(Clone, Debug, Default)]
pub struct BitWriter {
    /// The bytes written so far, with spare room behind them.
    buffer: Vec<u8>,
    /// Number of full bytes.
    len: usize,
    /// Bits after the full bytes, the first one lowest. Always fewer than 64 between calls.
    pending: u64,
    pending_bits: u32,
}

impl BitWriter {
    /// Empties the writer, and keeps its allocation.
    pub fn clear(&mut self) {
        self.len = 0;
        self.pending = 0;
        self.pending_bits = 0;
    }

    /// Bits written so far.
    pub fn len_bits(&self) -> usize {
        self.len * 8 + self.pending_bits as usize
    }

    /// Writes the low `bits` of `value`; at most 56.
    #[inline]
    pub fn write(&mut self, value: u64, bits: u32) {
        debug_assert!(bits <= 56, "a reader reads at most 56 bits at a time");
        debug_assert!(value >> bits == 0, "{value} does not fit {bits} bits");
        self.pending |= value << self.pending_bits;
        self.pending_bits += bits;
        if self.pending_bits >= 64 {
            self.put(self.pending);
            self.len += size_of::<u64>();
            self.pending_bits -= 64;
            // The top bits of the value, which did not fit. At most all of its bits, because 8 were pending.
            self.pending = value >> (bits - self.pending_bits);
        }
        debug_assert!(self.pending_bits < 64, "a full word is put away at once");
    }

    /// Writes a word behind the full bytes.
    #[inline]
    fn put(&mut self, word: u64) {
        match self.buffer.get_mut(self.len..).and_then(<[u8]>::first_chunk_mut) {
            Some(room) => *room = word.to_le_bytes(),
            None => self.put_and_grow(word),
        }
    }

    #[cold]
    fn put_and_grow(&mut self, word: u64) {
        self.buffer.resize((2 * self.len).max(BUFFER_BYTES_MIN), 0);
        self.put(word);
    }

    /// Writes a number of zeros.
    pub fn write_zeros(&mut self, bits: u32) {
        let mut left = bits;
        while left > 0 {
            let now = left.min(56);
            self.write(0, now);
            left -= now;
        }
    }

    /// Writes one bit.
    pub fn write_bool(&mut self, value: bool) {
        self.write(u64::from(value), 1);
    }

    /// Writes an exponential Golomb code of order `k`: numbers below 2^k take k + 1 bits; each doubling takes 2 more.
    ///
    /// S. W. Golomb, "Run-length encodings", 1966; J. Teuhola, 1978, for the exponential form.
    pub fn write_golomb(&mut self, value: u32, k: u32) {
        let shifted = u64::from(value) + (1 << k);
        let extra = shifted.ilog2() - k;
        self.write(1 << extra, extra + 1);
        self.write(shifted & ((1 << (extra + k)) - 1), extra + k);
    }

    /// Writes a signed number, small magnitudes shortest: 0, -1, 1, -2, 2 ...
    pub fn write_signed(&mut self, value: i32, k: u32) {
        self.write_golomb(((value << 1) ^ (value >> 31)) as u32, k);
    }

    /// Truncates to the first `bits`; does nothing if there are fewer.
    pub fn truncate(&mut self, bits: usize) {
        if bits >= self.len_bits() {
            return;
        }
        let whole = bits / 8;
        let mut last = self.pending;
        if whole < self.len {
            last = self.buffer.get(whole).copied().unwrap_or_default().into();
            self.len = whole;
        }
        self.pending_bits = (bits - self.len * 8) as u32;
        self.pending = last & ((1 << self.pending_bits) - 1);
    }

    /// Copies `count` bits of `source`, from bit `start`.
    #[inline]
    pub fn copy_bits(&mut self, source: &[u8], start: usize, count: usize) {
        debug_assert!(start + count <= source.len() * 8, "bits are copied that were never written");
        let mut reader = BitReader { bytes: source, position: start };
        let mut left = count;
        while left > 0 {
            let now = left.min(56) as u32;
            // The caller names a range that it wrote itself. Should it be wrong, zeros are written.
            self.write(reader.read(now).unwrap_or(0), now);
            left -= now as usize;
        }
    }

    /// Writes a `Piece`. The length of a piece is unpredictable, so no branch depends on it.
    #[inline]
    pub fn write_piece(&mut self, piece: Piece) {
        for word in piece.0 {
            let (value, bits) = (word & Piece::VALUE, (word >> Piece::COUNT_SHIFT) as u32);
            let low = self.pending | value << self.pending_bits;
            // If nothing was pending, nothing is left over.
            let high = value >> (64 - self.pending_bits).min(63);
            self.put(low);
            let end = self.pending_bits + bits;
            let is_full = end >= 64;
            self.len += usize::from(is_full) * size_of::<u64>();
            self.pending = if is_full { high } else { low };
            self.pending_bits = end % 64;
        }
    }

    /// Writes a number below `end` in as few bits as the largest one takes; no bits if `end` is 1.
    pub fn write_below(&mut self, value: u32, end: u32) {
        debug_assert!(value < end.max(1), "{value} is not below {end}: no reader would take it");
        self.write(u64::from(value), bits_below(end));
    }

    /// Pads the last byte with zeros and returns all bytes. More can be written after them.
    pub fn finish(&mut self) -> &[u8] {
        self.put(self.pending);
        self.len += self.pending_bits.div_ceil(8) as usize;
        self.pending = 0;
        self.pending_bits = 0;
        self.finished()
    }

    /// The full bytes.
    pub fn finished(&self) -> &[u8] {
        &self.buffer[..self.len]
    }
}

/// Initial capacity in bytes: enough for every small message.
const BUFFER_BYTES_MIN: usize = 64;

/// A few bits that are written once and copied to many clients: two words, each with its number of bits in the top
/// byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Piece([u64; 2]);

impl Piece {
    /// Longest piece, in bits.
    pub const BITS_MAX: usize = 2 * Piece::COUNT_SHIFT as usize;
    const COUNT_SHIFT: u32 = 56;
    const VALUE: u64 = (1 << Piece::COUNT_SHIFT) - 1;

    /// Marks "no piece", and stores two numbers below 2^56 instead.
    pub const fn mark(first: u64, second: u64) -> Self {
        Piece([first | !Piece::VALUE, second])
    }

    /// Whether this is no piece.
    #[inline]
    pub const fn is_mark(self) -> bool {
        self.0[0] >> Piece::COUNT_SHIFT > Piece::COUNT_SHIFT as u64
    }

    /// The two numbers stored instead of a piece.
    pub const fn marks(self) -> (u64, u64) {
        (self.0[0] & Piece::VALUE, self.0[1])
    }

    /// The `bits` from bit `start` of `source`; `None` if they do not fit a piece.
    pub fn new(source: &[u8], start: usize, bits: usize) -> Option<Self> {
        let mut reader = BitReader { bytes: source, position: start };
        let mut left = u32::try_from(bits).ok().filter(|_| bits <= Piece::BITS_MAX)?;
        let words = [(); 2].map(|()| {
            let count = left.min(Piece::COUNT_SHIFT);
            left -= count;
            // The caller names a range that it wrote itself. Should it be wrong, zeros are read.
            u64::from(count) << Piece::COUNT_SHIFT | reader.read(count).unwrap_or(0)
        });
        Some(Piece(words))
    }
}

/// Number of bits for the numbers below `end`.
fn bits_below(end: u32) -> u32 {
    end.saturating_sub(1).checked_ilog2().map_or(0, |top| top + 1)
}

/// Reads what a [`BitWriter`] wrote. Every read is bounds-checked.
#[derive(Clone, Debug)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> BitReader<'a> {
    /// A reader at the first bit.
    pub fn new(bytes: &'a [u8]) -> Self {
        BitReader { bytes, position: 0 }
    }

    /// Bits read so far.
    pub fn position_bits(&self) -> usize {
        self.position
    }

    /// Reads the next `bits`; at most 56.
    ///
    /// # Errors
    /// When fewer bits are left.
    #[inline]
    pub fn read(&mut self, bits: u32) -> Result<u64, BitsError> {
        debug_assert!(bits <= 56, "a window of 8 bytes holds at most 57 bits after 7 skipped ones");
        let end = self.position + bits as usize;
        if end > self.bytes.len() * 8 {
            return Err(BitsError);
        }
        let rest = &self.bytes[self.position / 8..];
        let window = match rest.first_chunk() {
            Some(window) => *window,
            None => {
                let mut window = [0; 8];
                window[..rest.len()].copy_from_slice(rest);
                window
            }
        };
        let value = u64::from_le_bytes(window) >> (self.position % 8);
        self.position = end;
        Ok(value & ((1 << bits) - 1))
    }

    /// Reads one bit.
    ///
    /// # Errors
    /// When no bit is left.
    pub fn read_bool(&mut self) -> Result<bool, BitsError> {
        Ok(self.read(1)? == 1)
    }

    /// Reads an exponential Golomb code of order `k`.
    ///
    /// # Errors
    /// When the bits end early, or the number exceeds 32 bits.
    pub fn read_golomb(&mut self, k: u32) -> Result<u32, BitsError> {
        let mut extra = 0;
        while !self.read_bool()? {
            extra += 1;
            if extra > PREFIX_BITS_MAX {
                return Err(BitsError);
            }
        }
        let rest = self.read(extra + k)?;
        let value = rest + (1 << (extra + k)) - (1 << k);
        u32::try_from(value).map_err(|_| BitsError)
    }

    /// Reads a signed number.
    ///
    /// # Errors
    /// As for [`BitReader::read_golomb`].
    pub fn read_signed(&mut self, k: u32) -> Result<i32, BitsError> {
        let folded = self.read_golomb(k)?;
        Ok((folded >> 1) as i32 ^ -((folded & 1) as i32))
    }

    /// Reads a number below `end`.
    ///
    /// # Errors
    /// When the bits end early, or the number is not below `end`.
    pub fn read_below(&mut self, end: u32) -> Result<u32, BitsError> {
        let value = self.read(bits_below(end))? as u32;
        if value < end { Ok(value) } else { Err(BitsError) }
    }

    /// Whether only padding is left: less than a byte, all zero.
    pub fn is_at_end(&self) -> bool {
        let left = self.bytes.len() * 8 - self.position;
        left < 8 && self.clone().read(left as u32) == Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Copy, Debug)]
    enum Item {
        Plain(u64, u32),
        Golomb(u32, u32),
        Signed(i32, u32),
        Below(u32, u32),
    }

    fn item() -> impl Strategy<Value = Item> {
        prop_oneof![
            (any::<u64>(), 0..=56_u32)
                .prop_map(|(value, bits)| Item::Plain(value & ((1 << bits) - 1), bits)),
            (any::<u32>(), 0..=12_u32, 0..32_u32)
                .prop_map(|(value, k, shift)| Item::Golomb(value >> shift, k)),
            (any::<i32>(), 0..=12_u32, 0..32_u32)
                .prop_map(|(value, k, shift)| Item::Signed(value >> shift, k)),
            (any::<u32>(), 1..=4096_u32).prop_map(|(value, end)| Item::Below(value % end, end)),
        ]
    }

    fn write(writer: &mut BitWriter, item: Item) {
        match item {
            Item::Plain(value, bits) => writer.write(value, bits),
            Item::Golomb(value, k) => writer.write_golomb(value, k),
            Item::Signed(value, k) => {
                let before = writer.len_bits();
                writer.write_signed(value, k);
                assert_eq!(writer.len_bits() - before, signed_bits(value, k) as usize);
            }
            Item::Below(value, end) => writer.write_below(value, end),
        }
    }

    proptest! {
        #[test]
        fn a_piece_is_as_good_as_the_bits_it_was_taken_from(
            source in prop::collection::vec(any::<u8>(), 30..60),
            before in 0..64_u32,
            start in 0..100_usize,
            bits in 0..140_usize,
        ) {
            let (mut copied, mut pieced) = (BitWriter::default(), BitWriter::default());
            copied.write_zeros(before);
            pieced.write_zeros(before);
            copied.copy_bits(&source, start, bits);
            let piece = Piece::new(&source, start, bits);
            prop_assert_eq!(piece.is_some(), bits <= Piece::BITS_MAX);
            if let Some(piece) = piece {
                pieced.write_piece(piece);
                prop_assert_eq!(copied.finish(), pieced.finish());
            }
        }

        #[test]
        fn whatever_is_written_is_read_back(items in prop::collection::vec(item(), 0..60)) {
            let mut writer = BitWriter::default();
            items.iter().for_each(|item| write(&mut writer, *item));
            let bytes = writer.finish().to_vec();
            let mut reader = BitReader::new(&bytes);
            for item in items {
                match item {
                    Item::Plain(value, bits) => prop_assert_eq!(reader.read(bits), Ok(value)),
                    Item::Golomb(value, k) => prop_assert_eq!(reader.read_golomb(k), Ok(value)),
                    Item::Signed(value, k) => prop_assert_eq!(reader.read_signed(k), Ok(value)),
                    Item::Below(value, end) => prop_assert_eq!(reader.read_below(end), Ok(value)),
                }
            }
            prop_assert!(reader.is_at_end());
        }

        #[test]
        fn a_copied_range_is_the_range(
            items in prop::collection::vec(item(), 1..20), before in 0..8_u32, at in 0..8_u32,
        ) {
            let mut pool = BitWriter::default();
            pool.write(0, before);
            let start = pool.len_bits();
            items.iter().for_each(|item| write(&mut pool, *item));
            let count = pool.len_bits() - start;
            let mut copy = BitWriter::default();
            copy.write(0, at);
            copy.copy_bits(pool.finish(), start, count);
            let mut direct = BitWriter::default();
            direct.write(0, at);
            items.iter().for_each(|item| write(&mut direct, *item));
            prop_assert_eq!(copy.finish(), direct.finish());
        }

        #[test]
        fn what_is_cut_off_leaves_no_trace(
            items in prop::collection::vec(item(), 1..30), keep in any::<prop::sample::Index>(),
        ) {
            let keep = keep.index(items.len());
            let (mut cut, mut whole) = (BitWriter::default(), BitWriter::default());
            items[..keep].iter().for_each(|item| write(&mut cut, *item));
            let mark = cut.len_bits();
            items[keep..].iter().for_each(|item| write(&mut cut, *item));
            cut.truncate(mark);
            prop_assert_eq!(cut.len_bits(), mark);
            items.iter().for_each(|item| write(&mut cut, *item));
            items[..keep].iter().chain(&items).for_each(|item| write(&mut whole, *item));
            prop_assert_eq!(cut.finish(), whole.finish());
        }

        #[test]
        fn any_bytes_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut reader = BitReader::new(&bytes);
            while reader.read_golomb(3).is_ok()
                && reader.read_signed(0).is_ok()
                && reader.read_below(3).is_ok()
            {}
        }
    }
}
