use std::time::Duration;
use resilient_runtime::Classify;
pub struct HttpError<S, const N: usize>(S, Duration, [u8; N]);
const _: () = {
    use ::resilient_runtime;
    #[automatically_derived]
    impl<S, const N: usize> resilient_runtime::Classify for HttpError<S, N>
    where
        S: resilient_runtime::HttpStatus,
    {
        fn kind(&self) -> resilient_runtime::ErrorKind {
            resilient_runtime::status_kind(&self.0)
        }
        fn retry_after(&self) -> ::core::option::Option<::core::time::Duration> {
            resilient_runtime::retry_after(&self.1)
        }
    }
};
pub enum Either<'a, A, B>
where
    B: std::fmt::Debug,
{
    Left(Box<A>),
    Right(&'a B, Option<Duration>),
}
const _: () = {
    use ::resilient_runtime;
    #[automatically_derived]
    impl<'a, A, B> resilient_runtime::Classify for Either<'a, A, B>
    where
        B: std::fmt::Debug,
        Box<A>: resilient_runtime::Classify,
    {
        fn kind(&self) -> resilient_runtime::ErrorKind {
            match self {
                Self::Left(error) => resilient_runtime::delegate(error).kind(),
                Self::Right(..) => resilient_runtime::ErrorKind::RateLimit,
            }
        }
        fn retry_after(&self) -> ::core::option::Option<::core::time::Duration> {
            match self {
                Self::Left(error) => resilient_runtime::delegate(error).retry_after(),
                Self::Right(_, wait) => resilient_runtime::retry_after(wait),
            }
        }
        fn rejection(&self) -> ::core::option::Option<&resilient_runtime::Rejection> {
            match self {
                Self::Left(error) => resilient_runtime::delegate(error).rejection(),
                Self::Right(..) => ::core::option::Option::None,
            }
        }
        fn counts_as_failure(&self) -> bool {
            match self {
                Self::Left(error) => {
                    resilient_runtime::delegate(error).counts_as_failure()
                }
                Self::Right(..) => {
                    resilient_runtime::Classify::kind(self).counts_as_failure()
                }
            }
        }
        fn is_retryable(&self) -> bool {
            match self {
                Self::Left(error) => resilient_runtime::delegate(error).is_retryable(),
                Self::Right(..) => resilient_runtime::Classify::kind(self).is_retryable(),
            }
        }
        fn is_unsent(&self) -> bool {
            match self {
                Self::Left(error) => resilient_runtime::delegate(error).is_unsent(),
                Self::Right(..) => false,
            }
        }
    }
};
pub enum Nothing {}
const _: () = {
    use ::resilient_runtime;
    #[automatically_derived]
    impl resilient_runtime::Classify for Nothing {}
};
pub enum Login {
    Expired,
    Wrong { name: String },
}
const _: () = {
    use ::resilient_runtime;
    #[automatically_derived]
    impl resilient_runtime::Classify for Login {
        fn kind(&self) -> resilient_runtime::ErrorKind {
            resilient_runtime::ErrorKind::Auth
        }
    }
};
