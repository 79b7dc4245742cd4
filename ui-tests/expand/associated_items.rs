//! Associated types and constants: the policies' needs stand in the where-clause.

use std::fmt::Debug;

use resilient_runtime::resilient;

#[resilient(retry = 3, cache(memory = "10s", disk = "1m"))]
pub trait Store: Debug + Send {
    type Id;
    type Row;
    type Error;
    type Borrowed<'a>
    where
        Self: 'a;

    const LIMIT: usize;

    async fn row(&self, id: &Self::Id) -> Result<Self::Row, Self::Error>;

    #[resilient(skip)]
    fn borrowed(&self) -> Self::Borrowed<'_>;
}
