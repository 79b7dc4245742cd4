//! A generic trait with a generic method: the decorator needs no parameter of the trait's.

use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(service = "repository", retry(max = 2, base = "50ms"), cache = "1m")]
pub trait Repository<K, V = String>
where
    K: resilient_runtime::serde::Serialize + Clone + Send + Sync,
    V: Clone + Send + Sync + 'static,
{
    async fn get(&self, key: K) -> Result<V, ScoutError>;

    #[resilient(cache = off)]
    async fn query<Q, const N: usize>(&self, queries: [Q; N]) -> Result<V, ScoutError>
    where
        Q: Into<String> + Clone + Send + Sync;
}
