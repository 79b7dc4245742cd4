//! The bytes of a key, while they are written.

/// As many lie where the key does. Few arguments are longer, and a lookup allocates nothing for the others.
const SHORT: usize = 64;

/// Bytes, written by words of eight.
///
/// What has just been written is read back at once, to be hashed and compared. A processor hands it on from its stores only
/// where one of them holds all that a load asks for, and lets the load wait for the memory otherwise; so everything is
/// written in words, at places that the hash reads words from.
#[derive(Debug, Clone)]
pub(super) struct Bytes {
    short: [u8; SHORT],
    /// All of them, where they are more.
    long: Vec<u8>,
    length: usize,
}

impl Default for Bytes {
    #[inline]
    fn default() -> Self {
        Self { short: [0; SHORT], long: Vec::new(), length: 0 }
    }
}

impl Bytes {
    #[inline]
    pub(super) fn word(&mut self, word: u64) {
        let bytes = word.to_le_bytes();
        let place = self.short.get_mut(self.length..).and_then(<[u8]>::first_chunk_mut);
        match place {
            Some(place) => *place = bytes,
            None => self.more(bytes),
        }
        self.length += bytes.len();
    }

    #[cold]
    fn more(&mut self, bytes: [u8; 8]) {
        if self.long.is_empty() {
            self.long.extend_from_slice(&self.short);
        }
        self.long.extend_from_slice(&bytes);
    }

    /// Writes bytes in words, the last one filled up with zeros.
    #[inline]
    pub(super) fn padded(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        if rest.is_empty() {
            return;
        }
        self.word(match bytes.last_chunk() {
            // What stands before them is shifted out.
            Some(last) => u64::from_le_bytes(*last) >> (64 - 8 * rest.len()),
            None => rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        });
    }

    #[inline]
    pub(super) fn as_slice(&self) -> &[u8] {
        match self.short.get(..self.length) {
            Some(short) => short,
            None => &self.long,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_every_length_are_filled_up_with_zeros() {
        for length in 0..200_u8 {
            let bytes: Vec<u8> = (1..=length).collect();
            let mut written = Bytes::default();
            written.word(7);
            written.padded(&bytes);
            let mut expected = vec![7, 0, 0, 0, 0, 0, 0, 0];
            expected.extend(&bytes);
            expected.resize(expected.len().next_multiple_of(8), 0);
            assert_eq!(written.as_slice(), expected);
        }
    }
}
