//! The trait's own type parameters, and those of its methods, may have any letter.
#![deny(warnings)]

use resilient_runtime::{
    resilient,
    serde::{Serialize, de::DeserializeOwned},
};
use ui_tests::shapes::ScoutError;

#[resilient(cache(memory = "5m", disk = "1h"), retry = 3)]
trait Store<T, U: ?Sized = str, const N: usize = 4>
where
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    U: Serialize + Sync,
{
    async fn get(&self, key: &U) -> Result<[T; 1], ScoutError>;

    #[resilient(cache = off)]
    async fn put<V: Clone + Send + Sync, W>(&self, key: &U, value: V) -> Result<(), ScoutError>
    where
        W: From<V> + Send;
}

struct Client;

impl Store<u8> for Client {
    async fn get(&self, key: &str) -> Result<[u8; 1], ScoutError> {
        Ok([u8::try_from(key.len()).unwrap()])
    }

    async fn put<V: Clone + Send + Sync, W: From<V> + Send>(
        &self,
        _: &str,
        _: V,
    ) -> Result<(), ScoutError> {
        Ok(())
    }
}

fn main() {
    let _ = ResilientStore::new(Client).get("four");
}
