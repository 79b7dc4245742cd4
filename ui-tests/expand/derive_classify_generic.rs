use std::time::Duration;

use resilient_runtime::Classify;

#[derive(Classify)]
#[class(status = 0, retry_after = 1)]
pub struct HttpError<S, const N: usize>(S, Duration, [u8; N]);

#[derive(Classify)]
pub enum Either<'a, A, B>
where
    B: std::fmt::Debug,
{
    #[class(delegate)]
    Left(Box<A>),
    #[class(rate_limit, retry_after = 1)]
    Right(&'a B, Option<Duration>),
}

#[derive(Classify)]
pub enum Nothing {}

#[derive(Classify)]
#[class(auth)]
pub enum Login {
    Expired,
    Wrong { name: String },
}
