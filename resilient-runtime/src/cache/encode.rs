//! Arguments as bytes, so that different arguments are different bytes. They are never read back.
//!
//! Formats that are read back leave differences out: most write `Some(None)` and `None` alike, and positional ones mix up
//! fields that serde was told to skip. Here each value is written with its kind, and each field with its name.

use std::fmt;

use serde::ser::{self, Serialize, Serializer};

use super::bytes::Bytes;

/// Writes values, one after the other.
pub(super) struct Encoder<'a>(pub(super) &'a mut Bytes);

/// A value refused to be written.
#[derive(Debug)]
pub(super) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value refused to be serialized")
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// What kind of value follows. No two share a number, and each says where it ends.
#[repr(u8)]
#[derive(Clone, Copy)]
enum Kind {
    False,
    True,
    Signed,
    WideSigned,
    Unsigned,
    WideUnsigned,
    F32,
    F64,
    Char,
    Text,
    Bytes,
    Nothing,
    Something,
    Unit,
    Variant,
    List,
    Map,
    Struct,
    Item,
    End,
}

/// What a word has room for beside its kind: numbers up to this, and every length.
const ROOM: u32 = u64::BITS - u8::BITS;

impl Encoder<'_> {
    #[inline]
    fn kind(&mut self, kind: Kind) -> &mut Self {
        self.kind_of(kind, 0)
    }

    /// A kind, and what fits beside it into its word.
    #[inline]
    fn kind_of(&mut self, kind: Kind, rest: u64) -> &mut Self {
        self.raw(rest << u8::BITS | kind as u64)
    }

    #[inline]
    fn raw(&mut self, word: u64) -> &mut Self {
        self.0.word(word);
        self
    }

    #[inline]
    fn wide(&mut self, kind: Kind, number: u128) {
        // In two halves.
        #[expect(clippy::cast_possible_truncation, reason = "the other half follows")]
        self.kind(kind).raw(number as u64).raw((number >> u64::BITS) as u64);
    }

    #[inline]
    fn sized(&mut self, kind: Kind, bytes: &[u8]) -> &mut Self {
        self.kind_of(kind, bytes.len() as u64);
        self.0.padded(bytes);
        self
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        value.serialize(Encoder(self.0))
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        self.kind(Kind::Item).value(value)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Refused> {
        self.sized(Kind::Item, name.as_bytes()).value(value)
    }

    /// By name too: in the next version of a program another variant may have the number, and the disk still has answers.
    fn variant(&mut self, index: u32, name: &str) -> &mut Self {
        self.kind_of(Kind::Variant, index.into()).sized(Kind::Text, name.as_bytes())
    }
}

macro_rules! numbers {
    (signed: $($signed:ident $i:ty),+; unsigned: $($unsigned:ident $u:ty),+) => {
        $( #[inline]
        fn $signed(mut self, number: $i) -> Result<(), Refused> {
            let number = i128::from(number);
            match i64::try_from(number) {
                #[expect(clippy::cast_sign_loss, reason = "bits")]
                Ok(small) if small << u8::BITS >> u8::BITS == small => {
                    self.kind_of(Kind::Signed, small as u64);
                }
                #[expect(clippy::cast_sign_loss, reason = "bits")]
                _ => self.wide(Kind::WideSigned, number as u128),
            }
            Ok(())
        } )+
        $( #[inline]
        fn $unsigned(mut self, number: $u) -> Result<(), Refused> {
            let number = u128::from(number);
            match u64::try_from(number) {
                Ok(small) if small >> ROOM == 0 => {
                    self.kind_of(Kind::Unsigned, small);
                }
                _ => self.wide(Kind::WideUnsigned, number),
            }
            Ok(())
        } )+
    };
}

impl Serializer for Encoder<'_> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    numbers! {
        signed: serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128;
        unsigned: serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128
    }

    fn serialize_bool(mut self, value: bool) -> Result<(), Refused> {
        self.kind(if value { Kind::True } else { Kind::False });
        Ok(())
    }

    fn serialize_f32(mut self, value: f32) -> Result<(), Refused> {
        self.kind_of(Kind::F32, value.to_bits().into());
        Ok(())
    }

    fn serialize_f64(mut self, value: f64) -> Result<(), Refused> {
        self.kind(Kind::F64).raw(value.to_bits());
        Ok(())
    }

    fn serialize_char(mut self, value: char) -> Result<(), Refused> {
        self.kind_of(Kind::Char, u32::from(value).into());
        Ok(())
    }

    #[inline]
    fn serialize_str(mut self, value: &str) -> Result<(), Refused> {
        self.sized(Kind::Text, value.as_bytes());
        Ok(())
    }

    fn serialize_bytes(mut self, value: &[u8]) -> Result<(), Refused> {
        self.sized(Kind::Bytes, value);
        Ok(())
    }

    fn serialize_none(mut self) -> Result<(), Refused> {
        self.kind(Kind::Nothing);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(mut self, value: &T) -> Result<(), Refused> {
        self.kind(Kind::Something).value(value)
    }

    fn serialize_unit(mut self) -> Result<(), Refused> {
        self.kind(Kind::Unit);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refused> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        mut self,
        _: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<(), Refused> {
        self.variant(index, variant).kind(Kind::Unit);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        self.variant(index, variant).value(value)
    }

    fn serialize_seq(mut self, _: Option<usize>) -> Result<Self, Refused> {
        self.kind(Kind::List);
        Ok(self)
    }

    fn serialize_tuple(self, length: usize) -> Result<Self, Refused> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Self, Refused> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self, Refused> {
        self.variant(index, variant);
        self.serialize_seq(Some(length))
    }

    fn serialize_map(mut self, _: Option<usize>) -> Result<Self, Refused> {
        self.kind(Kind::Map);
        Ok(self)
    }

    fn serialize_struct(mut self, _: &'static str, _: usize) -> Result<Self, Refused> {
        self.kind(Kind::Struct);
        Ok(self)
    }

    fn serialize_struct_variant(
        mut self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self, Refused> {
        self.variant(index, variant);
        self.serialize_struct(name, length)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

macro_rules! compounds {
    ($( $trait:ident { $($method:ident($($name:ident)?) => $write:ident),+ } )+) => {
        $( impl ser::$trait for Encoder<'_> {
            type Ok = ();
            type Error = Refused;

            $( fn $method<T: Serialize + ?Sized>(&mut self, $($name: &'static str,)? value: &T) -> Result<(), Refused> {
                self.$write($($name,)? value)
            } )+

            fn end(mut self) -> Result<(), Refused> {
                self.kind(Kind::End);
                Ok(())
            }
        } )+
    };
}

compounds! {
    SerializeSeq { serialize_element() => item }
    SerializeTuple { serialize_element() => item }
    SerializeTupleStruct { serialize_field() => item }
    SerializeTupleVariant { serialize_field() => item }
    SerializeMap { serialize_key() => item, serialize_value() => value }
    SerializeStruct { serialize_field(name) => field }
    SerializeStructVariant { serialize_field(name) => field }
}
