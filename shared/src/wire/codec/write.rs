//! Values to bytes, for any type that serde can take apart.

use std::fmt;
use std::io::{self, Write};

use serde::ser::{
    Error, Impossible, Serialize, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::wire::varint::Varint;

/// Where bytes go to.
pub(super) trait Sink {
    /// Why they cannot.
    type Error: Error;

    fn put(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
}

/// Memory takes everything.
#[derive(Debug)]
pub(super) enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Self {
        panic!("plain types always encode");
    }
}

impl Sink for &mut Vec<u8> {
    type Error = Never;

    fn put(&mut self, bytes: &[u8]) -> Result<(), Never> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// A file, or a hash.
pub(super) struct ToWriter<W>(pub(super) W);

/// The writer's error.
#[derive(Debug)]
pub(super) struct WriteError(pub(super) io::Error);

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for WriteError {}

impl Error for WriteError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        panic!("plain types always encode: {message}");
    }
}

impl<W: Write> Sink for ToWriter<W> {
    type Error = WriteError;

    fn put(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.0.write_all(bytes).map_err(WriteError)
    }
}

/// Writes values to a sink.
pub(super) struct Writer<S>(pub(super) S);

impl<S: Sink> Writer<S> {
    fn number(&mut self, number: u64) -> Result<(), S::Error> {
        self.0.put(Varint::of(number).bytes())
    }

    /// 0, −1, 1, −2, 2 … are 0, 1, 2, 3, 4 …
    fn signed(&mut self, number: i64) -> Result<(), S::Error> {
        self.number((number << 1 ^ number >> 63) as u64)
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        self.number(bytes.len() as u64)?;
        self.0.put(bytes)
    }
}

impl<S: Sink> Serializer for &mut Writer<S> {
    type Ok = ();
    type Error = S::Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Impossible<(), S::Error>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn serialize_bool(self, value: bool) -> Result<(), S::Error> {
        self.0.put(&[u8::from(value)])
    }

    fn serialize_u8(self, value: u8) -> Result<(), S::Error> {
        self.0.put(&[value])
    }

    fn serialize_u16(self, value: u16) -> Result<(), S::Error> {
        self.number(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), S::Error> {
        self.number(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), S::Error> {
        self.number(value)
    }

    fn serialize_i8(self, value: i8) -> Result<(), S::Error> {
        self.0.put(&[value as u8])
    }

    fn serialize_i16(self, value: i16) -> Result<(), S::Error> {
        self.signed(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), S::Error> {
        self.signed(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), S::Error> {
        self.signed(value)
    }

    fn serialize_f32(self, value: f32) -> Result<(), S::Error> {
        self.0.put(&value.to_le_bytes())
    }

    fn serialize_f64(self, value: f64) -> Result<(), S::Error> {
        self.0.put(&value.to_le_bytes())
    }

    fn serialize_char(self, _: char) -> Result<(), S::Error> {
        Err(S::Error::custom("no type of the wire has a single character"))
    }

    fn serialize_str(self, value: &str) -> Result<(), S::Error> {
        self.bytes(value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), S::Error> {
        self.bytes(value)
    }

    fn serialize_none(self) -> Result<(), S::Error> {
        self.0.put(&[0])
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), S::Error> {
        self.0.put(&[1])?;
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), S::Error> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), S::Error> {
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
    ) -> Result<(), S::Error> {
        self.number(index.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        self.number(index.into())?;
        value.serialize(self)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self, S::Error> {
        let len = len.ok_or_else(|| S::Error::custom("a sequence says its length first"))?;
        self.number(len as u64)?;
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, S::Error> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, S::Error> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, S::Error> {
        self.number(index.into())?;
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        Err(S::Error::custom("no type of the wire holds a map"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, S::Error> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, S::Error> {
        self.number(index.into())?;
        Ok(self)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

/// Elements and fields follow each other with nothing between them and nothing behind.
macro_rules! part {
    ($trait:ident, $put:ident $(, $key:ty)?) => {
        impl<S: Sink> $trait for &mut Writer<S> {
            type Ok = ();
            type Error = S::Error;

            fn $put<T: Serialize + ?Sized>(
                &mut self,
                $(_: $key,)?
                value: &T,
            ) -> Result<(), S::Error> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), S::Error> {
                Ok(())
            }
        }
    };
}

part!(SerializeSeq, serialize_element);
part!(SerializeTuple, serialize_element);
part!(SerializeTupleStruct, serialize_field);
part!(SerializeTupleVariant, serialize_field);
part!(SerializeStruct, serialize_field, &'static str);
part!(SerializeStructVariant, serialize_field, &'static str);
