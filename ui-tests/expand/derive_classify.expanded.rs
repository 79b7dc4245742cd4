use resilient_runtime::{Classify, Rejection};
pub enum ScoutError {
    Status { status: u16, retry_after: Option<std::time::Duration> },
    Offline,
    NotFound(String),
    Garbled(String),
    Empty { page: u32 },
    Rejected(Rejection),
    Db { table: &'static str, source: std::io::Error },
}
const _: () = {
    use ::resilient_runtime;
    #[automatically_derived]
    impl resilient_runtime::Classify for ScoutError {
        fn kind(&self) -> resilient_runtime::ErrorKind {
            match self {
                Self::Status { status, .. } => resilient_runtime::status_kind(status),
                Self::Offline => resilient_runtime::ErrorKind::Network,
                Self::NotFound(..) => resilient_runtime::ErrorKind::Client,
                Self::Garbled(..) | Self::Empty { .. } => {
                    resilient_runtime::ErrorKind::Server
                }
                Self::Rejected(error) => resilient_runtime::delegate(error).kind(),
                Self::Db { source, .. } => resilient_runtime::delegate(source).kind(),
            }
        }
        fn retry_after(&self) -> ::core::option::Option<::core::time::Duration> {
            match self {
                Self::Status { retry_after, .. } => {
                    resilient_runtime::retry_after(retry_after)
                }
                Self::Rejected(error) => resilient_runtime::delegate(error).retry_after(),
                Self::Db { source, .. } => {
                    resilient_runtime::delegate(source).retry_after()
                }
                _ => ::core::option::Option::None,
            }
        }
        fn rejection(&self) -> ::core::option::Option<&resilient_runtime::Rejection> {
            match self {
                Self::Rejected(error) => resilient_runtime::delegate(error).rejection(),
                Self::Db { source, .. } => {
                    resilient_runtime::delegate(source).rejection()
                }
                _ => ::core::option::Option::None,
            }
        }
        fn counts_as_failure(&self) -> bool {
            match self {
                Self::Rejected(error) => {
                    resilient_runtime::delegate(error).counts_as_failure()
                }
                Self::Db { .. } => false,
                _ => resilient_runtime::Classify::kind(self).counts_as_failure(),
            }
        }
        fn is_retryable(&self) -> bool {
            match self {
                Self::NotFound(..) => true,
                Self::Rejected(error) => {
                    resilient_runtime::delegate(error).is_retryable()
                }
                Self::Db { source, .. } => {
                    resilient_runtime::delegate(source).is_retryable()
                }
                _ => resilient_runtime::Classify::kind(self).is_retryable(),
            }
        }
        fn is_unsent(&self) -> bool {
            match self {
                Self::Offline => true,
                Self::Rejected(error) => resilient_runtime::delegate(error).is_unsent(),
                Self::Db { source, .. } => {
                    resilient_runtime::delegate(source).is_unsent()
                }
                _ => false,
            }
        }
    }
};
