use std::time::{Duration, SystemTime};

use ::http::{HeaderMap, header};

use super::{
    ErrorKind,
    answers::{Answers, classify_by},
    chain,
    retry_after::{RetryAfter, sealed::Sealed},
};

classify_by!(chain::answers, ::http::Error);

/// A request that could not be built.
pub(super) fn own(_: &::http::Error) -> Answers<'_> {
    Answers::unsent(ErrorKind::Client)
}

impl Sealed for HeaderMap {}

impl RetryAfter for HeaderMap {
    fn wait(&self) -> Option<Duration> {
        let text = |name: &str| self.get(name)?.to_str().ok().map(str::trim);
        let date = |text: &str| httpdate::parse_http_date(text).ok();
        // The service's own clock where it tells the time: ours may be wrong.
        let until = |text: &str| {
            let now = self.get(header::DATE).and_then(|now| date(now.to_str().ok()?));
            let then = date(text)?;
            Some(then.duration_since(now.unwrap_or_else(SystemTime::now)).unwrap_or_default())
        };
        text("retry-after-ms")
            .and_then(|text| seconds(text).map(|wait| wait / 1000))
            .or_else(|| text("retry-after").and_then(|text| seconds(text).or_else(|| until(text))))
            .or_else(|| text("x-ratelimit-reset-after").and_then(seconds))
    }
}

/// Seconds, with a fraction or without; no negative ones, and none beyond reason.
fn seconds(text: &str) -> Option<Duration> {
    match text.parse() {
        Ok(whole) => Some(Duration::from_secs(whole)),
        Err(_) => Duration::try_from_secs_f64(text.parse().ok()?).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retry_after;

    fn wait(headers: &[(&'static str, &'static str)]) -> Option<Duration> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header"));
        }
        retry_after(&map)
    }

    #[test]
    fn headers_say_how_long_to_wait() {
        let ms = Duration::from_millis;
        for (headers, expected) in [
            (&[("retry-after", "120")][..], Some(ms(120_000))),
            (&[("retry-after", " 0 ")], Some(ms(0))),
            (&[("retry-after", "1.5")], Some(ms(1500))),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "inf")], None),
            (&[("retry-after", "1e300")], None),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "")], None),
            (&[("retry-after-ms", "250"), ("retry-after", "1")], Some(ms(250))),
            (&[("retry-after-ms", "x"), ("retry-after", "1")], Some(ms(1000))),
            (&[("retry-after", "x"), ("x-ratelimit-reset-after", "0.25")], Some(ms(250))),
            (&[("x-ratelimit-reset-after", "2")], Some(ms(2000))),
            (&[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")], Some(ms(0))),
            (
                &[
                    ("date", "Wed, 21 Oct 2015 07:27:00 GMT"),
                    ("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"),
                ],
                Some(ms(60_000)),
            ),
            (
                &[
                    ("date", "Wed, 21 Oct 2015 07:29:00 GMT"),
                    ("retry-after", "Wednesday, 21-Oct-15 07:28:00 GMT"),
                ],
                Some(ms(0)),
            ),
            (&[], None),
        ] {
            assert_eq!(wait(headers), expected, "{headers:?}");
        }
    }
}
