//! An alias with one parameter: the return type is asked, not read. Lints and `cfg` travel with the method.

use std::io;

use resilient_runtime::resilient;

#[resilient(timeout = "250ms", retry(max = 4, base = "10ms", backoff = 1.5, max_delay = "1s", jitter = full))]
pub trait Files {
    #[cfg(unix)]
    #[allow(clippy::needless_lifetimes)]
    async fn read<'a>(&self, path: &'a str) -> io::Result<Vec<u8>>;

    #[cfg(any())]
    async fn never(&self, missing: Missing) -> io::Result<()>;

    #[deprecated = "use `read`"]
    async fn load(&self) -> io::Result<Vec<u8>>;
}
