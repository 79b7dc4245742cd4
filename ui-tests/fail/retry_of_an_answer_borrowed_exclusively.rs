// mistakes: 3
use resilient_runtime::{Rejection, resilient};

struct Ledger {
    entries: Vec<u32>,
}

#[resilient(service = "ledger", retry = 3)]
impl Ledger {
    async fn last(&mut self) -> Result<Option<&mut u32>, Rejection> {
        Ok(self.entries.last_mut())
    }

    // What is borrowed of another argument may be returned.
    async fn named<'a>(&mut self, name: &'a str) -> Result<&'a str, Rejection> {
        self.entries.push(1);
        Ok(name)
    }
}

#[resilient(retry = 3)]
fn first(entries: &mut [u32]) -> Result<&u32, Rejection> {
    Ok(&entries[0])
}

#[resilient(retry = 3)]
trait Pages {
    async fn next<'a>(&'a mut self, log: &mut Vec<u32>) -> Result<&'a str, Rejection>;
}

fn main() {}
