//! How an answer lies on disk: version, checksum, and a compact body.

use serde::{Deserialize, Serialize};

/// What is written for one answer.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record<'a> {
    /// When the load began, in microseconds since 1970.
    pub(super) begun: u64,
    /// When the method answered, in milliseconds since 1970.
    pub(super) stored_at: u64,
    /// For how many milliseconds the answer may be served.
    pub(super) ttl: u64,
    /// For how many milliseconds more it may be served where a load fails.
    pub(super) stale: u64,
    /// The whole key.
    #[serde(with = "bytes", borrow)]
    pub(super) key: &'a [u8],
    /// The value in `MessagePack`, its fields by name.
    #[serde(with = "bytes", borrow)]
    pub(super) value: &'a [u8],
}

/// Serde would write a slice as a list of numbers.
mod bytes {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'de [u8], D::Error> {
        <&[u8]>::deserialize(deserializer)
    }
}

/// The format. A record of another one is a miss.
const VERSION: u8 = 2;

/// Version and checksum.
const HEADER: usize = 1 + 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadRecord {
    #[error("a record is cut off")]
    Short,
    #[error("a record has the unknown version {0}")]
    Version(u8),
    #[error("a record fails its checksum")]
    Checksum,
    #[error("a record cannot be read")]
    Body,
}

fn checksum(body: &[u8]) -> [u8; 8] {
    twox_hash::XxHash3_64::oneshot(body).to_be_bytes()
}

impl<'a> Record<'a> {
    /// A body under the header that fits it, whatever is in it.
    #[cfg(resilient_fuzz)]
    pub(super) fn sealed(body: &[u8]) -> Vec<u8> {
        [&[VERSION], &checksum(body)[..], body].concat()
    }

    pub(super) fn encode(&self) -> Result<Vec<u8>, rmp_serde::encode::Error> {
        let mut bytes = Vec::with_capacity(HEADER + 32 + self.key.len() + self.value.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&[0; 8]);
        rmp_serde::encode::write(&mut bytes, self)?;
        let sum = checksum(&bytes[HEADER..]);
        bytes[1..HEADER].copy_from_slice(&sum);
        Ok(bytes)
    }

    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, BadRecord> {
        let (header, body) = bytes.split_at_checked(HEADER).ok_or(BadRecord::Short)?;
        match header[0] {
            VERSION if header[1..] == checksum(body) => {
                rmp_serde::from_slice(body).map_err(|_| BadRecord::Body)
            }
            VERSION => Err(BadRecord::Checksum),
            version => Err(BadRecord::Version(version)),
        }
    }

    /// Whether it may never be served again.
    pub(super) fn is_over(&self, now: u64) -> bool {
        let kept = self.ttl.saturating_add(self.stale);
        self.stored_at > now || self.stored_at.saturating_add(kept) <= now
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record() -> Record<'static> {
        Record {
            begun: 1_700_000_000_000_000,
            stored_at: 1_700_000_000_000,
            ttl: 50_000,
            stale: 10_000,
            key: b"../../etc/passwd",
            value: b"\x93\x01\x02\x03",
        }
    }

    #[test]
    fn reads_what_it_wrote() {
        let bytes = record().encode().expect("writable");
        assert_eq!(Record::decode(&bytes), Ok(record()));
        assert!(bytes.len() < 80, "{}", bytes.len());
    }

    #[test]
    fn the_checksum_is_that_of_earlier_versions() {
        // Of each of the ways in which it works, by length; worked out with another implementation.
        for (length, sum) in [
            (1, 0xc44b_dff4_074e_ecdb),
            (16, 0x8355_e3a6_f617_70db),
            (100, 0x004e_4f92_1a64_bd1c),
            (240, 0x375a_384d_957f_e865),
            (5_000, 0xb418_500f_c423_20ee_u64),
        ] {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            assert_eq!(checksum(&bytes), sum.to_be_bytes(), "{length}");
        }
    }

    #[test]
    fn every_truncation_and_every_flipped_bit_is_noticed() {
        let bytes = record().encode().expect("writable");
        for length in 0..bytes.len() {
            assert!(Record::decode(&bytes[..length]).is_err(), "{length}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Record::decode(&flipped).is_err(), "{bit}");
        }
    }

    #[test]
    fn a_record_is_over_when_its_time_is() {
        assert!(!record().is_over(1_700_000_059_999));
        assert!(record().is_over(1_699_999_999_999), "it comes from the future");
        assert!(record().is_over(1_700_000_060_000));
    }

    proptest! {
        #[test]
        fn foreign_bytes_are_no_record_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Record::decode(&bytes).is_err());
        }
    }
}
