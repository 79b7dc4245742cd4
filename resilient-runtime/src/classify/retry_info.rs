//! `google.rpc.RetryInfo` in the details of a gRPC status: one duration, read by hand, for a decoder of protobuf would
//! weigh more than all the rest.

use std::time::Duration;

const TYPE: &[u8] = b"/google.rpc.RetryInfo";

/// How long to wait, of the details of a status (a `google.rpc.Status`).
pub(super) fn delay(details: &[u8]) -> Option<Duration> {
    Fields(details).filter_map(|(number, value)| value.message(number, 3)).find_map(retry_info)
}

/// The delay in an `Any { type_url = 1, value = 2 }` that holds a `RetryInfo { retry_delay = 1 }`.
fn retry_info(any: &[u8]) -> Option<Duration> {
    let field = |wanted| Fields(any).find_map(|(number, value)| value.message(number, wanted));
    field(1)?.ends_with(TYPE).then_some(())?;
    let delay = Fields(field(2)?).find_map(|(number, value)| value.message(number, 1))?;
    duration(delay)
}

/// A `Duration { seconds = 1, nanos = 2 }`; none that is negative.
fn duration(message: &[u8]) -> Option<Duration> {
    let (mut seconds, mut nanos) = (0, 0);
    for (number, value) in Fields(message) {
        match (number, value) {
            (1, Value::Number(number)) => seconds = number,
            (2, Value::Number(number)) => nanos = number,
            _ => {}
        }
    }
    let seconds = u64::try_from(seconds.cast_signed()).ok()?;
    let nanos = u32::try_from(nanos).ok().filter(|nanos| *nanos < 1_000_000_000)?;
    Some(Duration::new(seconds, nanos))
}

enum Value<'b> {
    Number(u64),
    Bytes(&'b [u8]),
    Fixed,
}

impl<'b> Value<'b> {
    fn message(self, number: u64, wanted: u64) -> Option<&'b [u8]> {
        match self {
            Self::Bytes(bytes) if number == wanted => Some(bytes),
            _ => None,
        }
    }
}

/// The fields of a message; it ends where the bytes make no sense.
struct Fields<'b>(&'b [u8]);

impl<'b> Iterator for Fields<'b> {
    type Item = (u64, Value<'b>);

    fn next(&mut self) -> Option<Self::Item> {
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Number(self.varint()?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(usize::try_from(length).ok()?)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            _ => return None,
        };
        Some((tag >> 3, value))
    }
}

impl<'b> Fields<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let length = u8::try_from(bytes.len()).expect("short");
        [&[number << 3 | 2, length][..], bytes].concat()
    }

    fn details(type_url: &str, duration: &[u8]) -> Vec<u8> {
        let info = field(1, duration);
        let any = [field(1, type_url.as_bytes()), field(2, &info)].concat();
        // Code and message stand before the details.
        [&[8, 14][..], &field(2, b"busy"), &field(3, &any)].concat()
    }

    #[test]
    fn a_retry_delay_is_read() {
        let url = "type.googleapis.com/google.rpc.RetryInfo";
        assert_eq!(delay(&details(url, &[8, 3])), Some(Duration::from_secs(3)));
        let half = [8, 1, 16, 0x80, 0xca, 0xb5, 0xee, 0x01];
        assert_eq!(delay(&details(url, &half)), Some(Duration::from_millis(1500)));
        let negative = [8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(delay(&details(url, &negative)), None);
        assert_eq!(delay(&details("type.googleapis.com/google.rpc.Help", &[8, 3])), None);
        assert_eq!(delay(&[]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            delay(&bytes);
        }
    }
}
