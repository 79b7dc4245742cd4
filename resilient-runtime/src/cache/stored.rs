use std::{
    fmt,
    hash::{Hash, Hasher},
};

use quick_cache::Equivalent;

/// So many bytes lie beside the answer.
const SHORT: usize = 30;

/// A key in memory.
///
/// A short one lies beside what it is the key of: a box would be one more place in memory to fetch with every look.
pub(super) enum StoredKey {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Box<[u8]>),
}

/// A key that is looked for.
#[derive(Clone, Copy)]
pub(super) struct Sought<'k>(pub(super) &'k [u8]);

impl StoredKey {
    #[inline]
    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Short { length, bytes } => bytes.get(..(*length).into()).unwrap_or(bytes),
            Self::Long(bytes) => bytes,
        }
    }
}

/// By words, for keys are written in words, and few. A call of `memcmp` costs as much as the rest of the comparison.
#[inline]
fn same(one: &[u8], other: &[u8]) -> bool {
    let ((words, rest), (others, other_rest)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
    one.len() == other.len()
        && words.iter().zip(others).all(|(one, other)| word(one) == word(other))
        && (rest.is_empty() || rest == other_rest)
}

impl From<&[u8]> for StoredKey {
    fn from(key: &[u8]) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..key.len()), u8::try_from(key.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(key);
                Self::Short { length, bytes }
            }
            _ => Self::Long(key.into()),
        }
    }
}

impl PartialEq for StoredKey {
    fn eq(&self, other: &Self) -> bool {
        same(self.as_slice(), other.as_slice())
    }
}

impl Eq for StoredKey {}

impl Hash for StoredKey {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        Sought(self.as_slice()).hash(state);
    }
}

impl Hash for Sought<'_> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Not their number as well: nothing follows them.
        state.write(self.0);
    }
}

impl Equivalent<StoredKey> for Sought<'_> {
    #[inline]
    fn equivalent(&self, key: &StoredKey) -> bool {
        same(self.0, key.as_slice())
    }
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoredKey").field(&self.as_slice()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn a_key_is_found_by_its_bytes_however_many_they_are() {
        let hasher = quick_cache::DefaultHashBuilder::default();
        for length in 0..=100_u8 {
            let bytes: Vec<u8> = (0..length).collect();
            let stored = StoredKey::from(&*bytes);
            assert_eq!(stored.as_slice(), bytes);
            assert!(Sought(&bytes).equivalent(&stored));
            assert_eq!(hasher.hash_one(Sought(&bytes)), hasher.hash_one(&stored));
            let longer: Vec<u8> = (0..=length).collect();
            assert!(!Sought(&longer).equivalent(&stored), "{length}");
            assert!(stored != StoredKey::from(&*longer), "{length}");
        }
    }

    #[test]
    fn a_key_takes_half_a_line_of_the_processors_cache() {
        assert_eq!(size_of::<StoredKey>(), 32);
    }
}
