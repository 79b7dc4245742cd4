//! An implementation whose trait is somebody else's.

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

pub trait Source {
    type Item;
    const NAME: &'static str;

    fn load(
        &mut self,
        league: &str,
        notes: &mut Vec<String>,
    ) -> impl Future<Output = Result<Self::Item, ScoutError>> + Send;
}

pub struct Mirror<T> {
    of: T,
    asked: u32,
}

#[resilient(service = "mirror", retry(max = 2, base = "10ms"), timeout = "2s")]
impl<T: Send> Source for Mirror<T>
where
    T: AsRef<str>,
{
    type Item = Market;
    const NAME: &'static str = "mirror";

    async fn load(
        &mut self,
        league: &str,
        notes: &mut Vec<String>,
    ) -> Result<Self::Item, ScoutError> {
        self.asked += 1;
        notes.push(self.of.as_ref().to_owned());
        Ok(Market::named(league))
    }
}
