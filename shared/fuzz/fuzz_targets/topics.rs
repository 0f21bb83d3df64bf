//! For cargo-fuzz. The harness itself is in `driftfield_fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (driftfield_fuzz::targets::TOPICS.run)(bytes));
