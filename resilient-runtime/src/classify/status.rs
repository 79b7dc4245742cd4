use super::ErrorKind;

/// An HTTP status: a number, an `Option` of one, and with the feature `http` its `StatusCode`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no HTTP status",
    label = "a `status` is a `u16`, or with the feature `http` a `StatusCode`",
    note = "say the kind itself, such as `#[class(server)]`, or write `kind` by hand"
)]
pub trait HttpStatus: sealed::Sealed {
    /// The number, where there is one.
    fn number(&self) -> Option<u16>;
}

/// The kind of an HTTP status; `Unknown` for one that is no error.
///
/// ```
/// use resilient_runtime::{ErrorKind, status_kind};
/// assert_eq!(status_kind(&503_u16), ErrorKind::Server);
/// ```
pub fn status_kind<S: HttpStatus>(status: &S) -> ErrorKind {
    status.number().and_then(ErrorKind::from_http_status).unwrap_or_default()
}

mod sealed {
    #[expect(unnameable_types, reason = "nobody else may implement the trait")]
    pub trait Sealed {}
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl sealed::Sealed for $number {}

        impl HttpStatus for $number {
            fn number(&self) -> Option<u16> {
                (*self).try_into().ok()
            }
        }
    )*};
}
numbers!(u16, u32, u64, usize, i16, i32, i64);

impl<S: HttpStatus> sealed::Sealed for Option<S> {}

impl<S: HttpStatus> HttpStatus for Option<S> {
    fn number(&self) -> Option<u16> {
        self.as_ref()?.number()
    }
}

#[cfg(feature = "http")]
impl sealed::Sealed for ::http::StatusCode {}

#[cfg(feature = "http")]
impl HttpStatus for ::http::StatusCode {
    fn number(&self) -> Option<u16> {
        Some(self.as_u16())
    }
}
