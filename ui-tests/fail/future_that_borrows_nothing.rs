// mistakes: 5
use std::{future::Future, pin::Pin};

use resilient_runtime::{Rejection, resilient};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

struct Client(u32);

#[resilient(service = "client", timeout = "1s")]
impl Client {
    fn call(&mut self) -> Pin<Box<dyn Future<Output = Result<u32, Rejection>> + Send>> {
        let number = self.0;
        Box::pin(async move { Ok(number) })
    }

    fn owned(&self) -> BoxFuture<'static, Result<u32, Rejection>> {
        let number = self.0;
        Box::pin(async move { Ok(number) })
    }

    fn hidden(&self) -> impl Future<Output = Result<u32, Rejection>> + Send + 'static {
        std::future::ready(Ok(self.0))
    }
}

#[resilient(timeout = "1s")]
trait Source {
    fn boxed(&self) -> Pin<Box<dyn Future<Output = Result<u32, Rejection>> + Send>>;
}

#[resilient(retry = 3)]
fn length(text: &str) -> impl Future<Output = Result<usize, Rejection>> + Send + 'static {
    let length = text.len();
    async move { Ok(length) }
}

fn main() {}
