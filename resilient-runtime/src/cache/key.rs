use serde::Serialize;

use super::{bytes::Bytes, encode::Encoder};

/// What a cached answer is found by: the arguments of the call, each in full.
///
/// The arguments are written one after the other, each value with its kind and its end, each field with its name; so two
/// different argument lists never have the same key, and no key is ever a file name.
#[derive(Debug, Clone, Default)]
pub struct Key {
    bytes: Bytes,
    unwritable: bool,
}

/// An argument that can be part of a cache key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a cache key",
    label = "needs serde's `Serialize`",
    note = "add `#[derive(serde::Serialize)]` to the type, or name what the answer depends on: `cache(key = EXPRESSION)`"
)]
pub trait KeyPart {
    /// Writes the part.
    #[doc(hidden)]
    fn write(&self, key: &mut Key);
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> KeyPart for T {
    #[inline]
    fn write(&self, key: &mut Key) {
        key.unwritable |= self.serialize(Encoder(&mut key.bytes)).is_err();
    }
}

impl Key {
    /// The key of a call without arguments.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an argument.
    #[inline]
    #[must_use]
    pub fn part<T: KeyPart + ?Sized>(mut self, part: &T) -> Self {
        part.write(&mut self);
        self
    }

    /// Adds a type, for methods whose answer depends on one.
    #[must_use]
    pub fn of_type<T: ?Sized>(self) -> Self {
        self.part(std::any::type_name::<T>())
    }

    /// The key as bytes; `None` if an argument refused to be written.
    #[inline]
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        (!self.unwritable).then(|| self.bytes.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// An argument as API clients have them: fields that are left out when they are empty.
    #[derive(Serialize)]
    struct Query {
        #[serde(skip_serializing_if = "Option::is_none")]
        min: Option<u8>,
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<u8>,
    }

    #[derive(Serialize)]
    enum Choice {
        Unit,
        Tuple(u8, u8),
        Struct { a: u8 },
        Wrapped(u8),
    }

    #[test]
    fn different_arguments_have_different_keys() {
        let keys = [
            Key::new(),
            Key::new().part(""),
            Key::new().part("a").part("bc"),
            Key::new().part("ab").part("c"),
            Key::new().part("abc"),
            Key::new().part("a:b").part("c"),
            Key::new().part("a").part("b:c"),
            Key::new().part(&None::<&str>),
            Key::new().part(&Some(None::<u8>)),
            Key::new().part(&Some(())),
            Key::new().part(&()),
            Key::new().part(&Some("")),
            Key::new().part(&1_i64),
            Key::new().part(&1_u64),
            Key::new().part(&1.0_f64),
            Key::new().part(&'1'),
            Key::new().part("1"),
            Key::new().part(&Choice::Unit),
            Key::new().part(&Choice::Tuple(1, 2)),
            Key::new().part(&Choice::Struct { a: 1 }),
            Key::new().part(&Choice::Wrapped(1)),
            Key::new().part(&[("a", 1)].into_iter().collect::<std::collections::BTreeMap<_, _>>()),
            Key::new().part(&vec![("a", 1)]),
            Key::new().part(&vec![vec![1_u8], vec![]]),
            Key::new().part(&vec![vec![], vec![1_u8]]),
            Key::new().part(&vec!["a"]).part(&vec!["b"]),
            Key::new().part(&vec!["a", "b"]),
            Key::new().part(&Query { min: Some(1), max: None }),
            Key::new().part(&Query { min: None, max: Some(1) }),
            Key::new().part("../../etc/passwd"),
            Key::new().part(&"x".repeat(1 << 20)),
            Key::new().of_type::<u8>(),
            Key::new().of_type::<u16>(),
        ];
        for (i, one) in keys.iter().enumerate() {
            for (j, other) in keys.iter().enumerate() {
                assert_eq!(one.bytes() == other.bytes(), i == j, "{i} {j}");
            }
        }
    }

    #[test]
    fn numbers_are_told_apart_on_both_sides_of_what_fits_into_a_word() {
        let most = 1_i128 << 55;
        let signed: BTreeSet<i128> =
            [0, most, -most, i64::MAX.into(), i64::MIN.into(), i128::MAX, i128::MIN]
                .into_iter()
                .flat_map(|edge: i128| (-2..=2).map(move |by| edge.saturating_add(by)))
                .collect();
        let unsigned: BTreeSet<u128> = [0, 1 << 56, u64::MAX.into(), u128::MAX]
            .into_iter()
            .flat_map(|edge: u128| {
                (0..=2).flat_map(move |by| [edge.saturating_sub(by), edge.saturating_add(by)])
            })
            .collect();
        let keys: Vec<Key> = signed
            .iter()
            .map(|number| Key::new().part(number))
            .chain(unsigned.iter().map(|number| Key::new().part(number)))
            .collect();
        let different: BTreeSet<_> = keys.iter().map(Key::bytes).collect();
        assert_eq!(different.len(), keys.len());
        // How wide a type is makes no other number of it.
        assert_eq!(Key::new().part(&7_u8).bytes(), Key::new().part(&7_u128).bytes());
        assert_eq!(Key::new().part(&-7_i8).bytes(), Key::new().part(&-7_i128).bytes());
    }

    #[test]
    fn a_number_takes_a_word_and_a_name_as_many_as_it_fills_and_one() {
        let length = |key: Key| key.bytes().map(<[u8]>::len);
        assert_eq!(length(Key::new().part(&20_u64)), Some(8));
        assert_eq!(length(Key::new().part(&-20_i32)), Some(8));
        assert_eq!(length(Key::new().part("Divine Orb 1234")), Some(24));
    }

    #[test]
    fn a_variant_that_takes_the_place_of_another_one_has_a_key_of_its_own() {
        mod before {
            #[derive(super::Serialize)]
            pub(super) enum League {
                A,
                B(u8),
                C(u8, u8),
                D { a: u8 },
            }
        }
        mod after {
            #[derive(super::Serialize)]
            pub(super) enum League {
                W,
                X(u8),
                Y(u8, u8),
                Z { a: u8 },
            }
        }
        // What is on disk is found again by the next version of a program.
        use after::League::{W, X, Y, Z};
        use before::League::{A, B, C, D};
        let key = Key::new;
        let before =
            [key().part(&A), key().part(&B(1)), key().part(&C(1, 2)), key().part(&D { a: 1 })];
        let after =
            [key().part(&W), key().part(&X(1)), key().part(&Y(1, 2)), key().part(&Z { a: 1 })];
        for (before, after) in before.iter().zip(&after) {
            assert_ne!(before.bytes(), after.bytes());
        }
    }

    #[test]
    fn an_argument_that_refuses_to_be_written_makes_no_key() {
        struct Refuses;
        impl Serialize for Refuses {
            fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("no"))
            }
        }
        assert!(Key::new().part("a").part(&Refuses).bytes().is_none());
    }
}
