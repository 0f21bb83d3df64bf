//! Each form in bytes, and each way to be wrong.

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
enum Sample {
    Unit,
    Newtype(i32),
    Tuple(i8, i16),
    Struct { small: u8, wide: u64, text: String, flags: Vec<bool>, place: [f32; 2] },
    Deep(Option<Box<Sample>>, (u16, i64)),
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Nothing;

fn sample() -> impl Strategy<Value = Sample> {
    let place = prop::array::uniform2(
        prop::num::f32::ANY.prop_filter("not equal to itself", |it| !it.is_nan()),
    );
    let flat = prop_oneof![
        Just(Sample::Unit),
        any::<i32>().prop_map(Sample::Newtype),
        any::<(i8, i16)>().prop_map(|(a, b)| Sample::Tuple(a, b)),
        (any::<u8>(), any::<u64>(), 0..64_u32, ".{0,9}", any::<Vec<bool>>(), place).prop_map(
            |(small, wide, shift, text, flags, place)| {
                Sample::Struct { small, wide: wide >> shift, text, flags, place }
            }
        ),
    ];
    flat.prop_recursive(3, 8, 1, |inner| {
        (prop::option::of(inner.prop_map(Box::new)), any::<(u16, i64)>(), 0..64_u32)
            .prop_map(|(inner, (a, b), shift)| Sample::Deep(inner, (a, b >> shift)))
    })
}

#[test]
fn each_form_has_its_bytes() {
    let golden: &[(Sample, &[u8])] = &[
        (Sample::Unit, &[0]),
        (Sample::Newtype(-3), &[1, 5]),
        (Sample::Newtype(300), &[1, 251, 88, 2]),
        (Sample::Tuple(-1, i16::MIN), &[2, 255, 251, 255, 255]),
        (
            Sample::Struct {
                small: 251,
                wide: 1 << 32,
                text: "né".into(),
                flags: vec![true, false],
                place: [1.0, -0.0],
            },
            &[
                3, 251, 253, 0, 0, 0, 0, 1, 0, 0, 0, 3, b'n', 0xc3, 0xa9, 2, 1, 0, 0, 0, 0x80,
                0x3f, 0, 0, 0, 0x80,
            ],
        ),
        (Sample::Deep(None, (250, -1)), &[4, 0, 250, 1]),
        (
            Sample::Deep(Some(Sample::Unit.into()), (0x1234, 1 << 40)),
            &[4, 1, 0, 251, 0x34, 0x12, 253, 0, 0, 0, 0, 0, 2, 0, 0],
        ),
    ];
    for (value, bytes) in golden {
        assert_eq!(encode(value), *bytes, "{value:?}");
        assert_eq!(decode::<Sample>(bytes).as_ref(), Ok(value));
    }
    assert_eq!(encode(&(Nothing, 7_u8)), [7]);
    assert_eq!(decode(&[7]), Ok((Nothing, 7_u8)));
}

#[test]
fn each_way_to_be_wrong_is_refused_by_name() {
    let refusals: &[(&str, &[u8], DecodeError)] = &[
        ("no bytes", &[], DecodeError::Form),
        ("no such variant", &[5], DecodeError::Form),
        ("a variant in three bytes instead of one", &[251, 1, 0, 2], DecodeError::NotShortest),
        ("a number in three bytes instead of one", &[1, 251, 250, 0], DecodeError::NotShortest),
        // For so small a type it is no form at all.
        (
            "a number in nine bytes instead of five",
            &[1, 253, 1, 0, 1, 0, 0, 0, 0, 0],
            DecodeError::Form,
        ),
        (
            "a number of 16 bytes",
            &[1, 254, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
            DecodeError::Form,
        ),
        ("a number too large for 32 bits", &[1, 253, 0, 0, 0, 0, 2, 0, 0, 0], DecodeError::Form),
        ("a number too large for 16 bits", &[2, 0, 252, 0, 0, 1, 0], DecodeError::Form),
        ("a flag that is 2", &[4, 2, 0, 0], DecodeError::Form),
        ("half a number", &[2, 0, 251, 0], DecodeError::Form),
        ("a text longer than the bytes", &[3, 0, 0, 9, b'a'], DecodeError::Form),
        (
            "a text of all memory",
            &[3, 0, 0, 253, 255, 255, 255, 255, 255, 255, 255, 255],
            DecodeError::Form,
        ),
        ("a text that is none", &[3, 0, 0, 1, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0], DecodeError::Form),
        ("a sequence longer than the bytes", &[3, 0, 0, 0, 9, 1], DecodeError::Form),
        ("a bool that is 2", &[3, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0], DecodeError::Form),
        ("two bytes more", &[0, 0, 0], DecodeError::TrailingBytes(2)),
    ];
    for (what, bytes, error) in refusals {
        assert_eq!(decode::<Sample>(bytes), Err(*error), "{what}");
    }
    let long = vec![0; SERVER_MESSAGE_BYTES_MAX + 1];
    assert_eq!(decode::<Vec<()>>(&long), Err(DecodeError::Form), "longer than any message");
}

proptest! {
    #[test]
    fn a_value_comes_back_and_its_bytes_are_the_only_ones(value in sample(), cut: prop::sample::Index) {
        let bytes = encode(&value);
        prop_assert_eq!(decode(&bytes), Ok(value.clone()));
        let mut streamed = Vec::new();
        encode_file_into(&value, &mut streamed).unwrap();
        prop_assert_eq!(&streamed, &bytes);
        let half = &bytes[..cut.index(bytes.len())];
        prop_assert_eq!(decode::<Sample>(half), Err(DecodeError::Form));
    }

    #[test]
    fn whatever_can_be_read_is_written_the_same(bytes in prop::collection::vec(0..8_u8, 0..40)) {
        if let Ok((value, rest)) = decode_first::<Sample>(&bytes) {
            prop_assert_eq!(encode(&value), &bytes[..bytes.len() - rest.len()]);
        }
    }

    #[test]
    fn the_pages_codec_writes_and_reads_as_bincode_does(value in sample()) {
        let (mut native, mut page) = (Vec::new(), Vec::new());
        native::encode_into(&value, &mut native);
        lean::encode_into(&value, &mut page);
        prop_assert_eq!(&page, &native);
        let mut streamed = Vec::new();
        lean::write(&value, &mut streamed).unwrap();
        prop_assert_eq!(&streamed, &native);
        prop_assert_eq!(lean::decode_first(&native), Ok((value, native.len())));
    }

    #[test]
    fn the_pages_codec_reads_noise_as_bincode_does(
        bytes in prop::collection::vec(prop_oneof![4 => 0..8_u8, 1 => any::<u8>()], 0..40),
    ) {
        let page = lean::decode_first::<Sample>(&bytes);
        let native = native::decode_first::<Sample>(&bytes);
        // Of two things that are wrong, each may name another one.
        match native {
            Ok(read) => {
                let is_nan = read.0 != read.0.clone();
                prop_assert!(is_nan || page == Ok(read));
            }
            Err(_) => prop_assert!(page.is_err(), "{page:?}"),
        }
    }
}
