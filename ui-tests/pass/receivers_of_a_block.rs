//! Every kind of `self` that a block may have, and none.

use std::{pin::Pin, sync::Arc};

use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

struct Client(u32);

#[resilient(service = "receivers", timeout = "1s")]
impl Client {
    async fn shared(self: &Arc<Self>) -> Result<u32, ScoutError> {
        let this = Arc::clone(self);
        tokio::spawn(async move { this.0 }).await.map_err(|_| ScoutError)
    }

    async fn taken(self: Arc<Self>) -> Result<u32, ScoutError> {
        tokio::spawn(async move { self.0 }).await.map_err(|_| ScoutError)
    }

    async fn boxed(self: Box<Self>, by: u32) -> Result<u32, ScoutError> {
        Ok(self.0 * by)
    }

    async fn pinned(mut self: Pin<&mut Self>) -> Result<u32, ScoutError> {
        self.0 += 1;
        Ok(self.0)
    }

    async fn by_value(mut self) -> Result<Self, ScoutError> {
        self.0 += 1;
        Ok(self)
    }

    async fn exclusively(&mut self, by: &mut u32) -> Result<&mut u32, ScoutError> {
        self.0 += *by;
        *by = 0;
        Ok(&mut self.0)
    }

    fn blocks(&mut self) -> Result<&u32, ScoutError> {
        self.0 += 1;
        Ok(&self.0)
    }

    #[resilient(retry = 2)]
    async fn connect(to: u32) -> Result<Self, ScoutError> {
        Ok(Self(to))
    }

    #[resilient(retry = 2, hedge = "50ms")]
    async fn shared_again(self: &Arc<Self>) -> Result<u32, ScoutError> {
        Ok(self.0)
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let client = Arc::new(Client::connect(1).await.unwrap());
        assert_eq!(client.shared().await.unwrap(), 1);
        assert_eq!(client.shared_again().await.unwrap(), 1);
        assert_eq!(client.taken().await.unwrap(), 1);
        assert_eq!(Box::new(Client(2)).boxed(3).await.unwrap(), 6);
        let mut client = Client(1).by_value().await.unwrap();
        assert_eq!(Pin::new(&mut client).pinned().await.unwrap(), 3);
        let mut by = 4;
        assert_eq!(*client.exclusively(&mut by).await.unwrap(), 7);
        assert_eq!((*client.blocks().unwrap(), by), (8, 0));
    });
}
