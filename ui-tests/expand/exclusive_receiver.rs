//! `&mut self` and `&mut` arguments, borrowed anew for each attempt.

use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(retry = 3, timeout(attempt = "500ms", call = "5s"))]
pub trait Session {
    async fn send(&mut self, message: &[u8], reply: &mut Vec<u8>) -> Result<usize, ScoutError>;
}
