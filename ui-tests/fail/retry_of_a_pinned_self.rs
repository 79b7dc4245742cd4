use std::pin::Pin;

use resilient_runtime::{Rejection, resilient};

struct Stream(u32);

#[resilient(service = "stream", retry = 3)]
impl Stream {
    async fn next(mut self: Pin<&mut Self>) -> Result<u32, Rejection> {
        self.0 += 1;
        Ok(self.0)
    }

    // Shared, it is there for each attempt.
    async fn shared(self: Pin<&Self>) -> Result<u32, Rejection> {
        Ok(self.get_ref().0)
    }
}

fn main() {}
