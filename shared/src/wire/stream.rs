//! One description of a value's bits for both ends, so that what is read cannot differ from what was written.
//!
//! The idea is Glenn Fiedler's: "Serialization Strategies", 2016.

use super::bits::{BitReader, BitWriter, BitsError};

/// Why the result of a writer is expected.
pub(crate) const NEVER_FAILS: &str = "only readers fail";

/// A writer or a reader of bits. Each function takes the value to write, which a reader ignores, and returns the value
/// that both ends now know.
///
/// # Errors
/// When a reader's bits end early or are out of range. A writer never fails.
pub(crate) trait BitStream {
    /// Whether it reads.
    const READS: bool;

    /// Some bits, at most 56.
    fn bits(&mut self, value: u64, bits: u32) -> Result<u64, BitsError>;

    /// An exponential Golomb code of order `k`.
    fn golomb(&mut self, value: u32, k: u32) -> Result<u32, BitsError>;

    /// A signed number, small magnitudes shortest.
    fn signed(&mut self, value: i32, k: u32) -> Result<i32, BitsError>;

    /// A number below `end`.
    fn below(&mut self, value: u32, end: u32) -> Result<u32, BitsError>;

    /// One bit.
    fn flag(&mut self, value: bool) -> Result<bool, BitsError> {
        Ok(self.bits(value.into(), 1)? == 1)
    }
}

impl BitStream for BitWriter {
    const READS: bool = false;

    #[inline]
    fn bits(&mut self, value: u64, bits: u32) -> Result<u64, BitsError> {
        self.write(value, bits);
        Ok(value)
    }

    #[inline]
    fn golomb(&mut self, value: u32, k: u32) -> Result<u32, BitsError> {
        self.write_golomb(value, k);
        Ok(value)
    }

    #[inline]
    fn signed(&mut self, value: i32, k: u32) -> Result<i32, BitsError> {
        self.write_signed(value, k);
        Ok(value)
    }

    #[inline]
    fn below(&mut self, value: u32, end: u32) -> Result<u32, BitsError> {
        self.write_below(value, end);
        Ok(value)
    }
}

impl BitStream for BitReader<'_> {
    const READS: bool = true;

    #[inline]
    fn bits(&mut self, _: u64, bits: u32) -> Result<u64, BitsError> {
        self.read(bits)
    }

    #[inline]
    fn golomb(&mut self, _: u32, k: u32) -> Result<u32, BitsError> {
        self.read_golomb(k)
    }

    #[inline]
    fn signed(&mut self, _: i32, k: u32) -> Result<i32, BitsError> {
        self.read_signed(k)
    }

    #[inline]
    fn below(&mut self, _: u32, end: u32) -> Result<u32, BitsError> {
        self.read_below(end)
    }
}
