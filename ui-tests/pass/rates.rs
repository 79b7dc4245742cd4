//! Every parameter of `rate`: keys and priorities are expressions over the arguments, which the call may need afterwards.
#![deny(warnings)]

use resilient_runtime::{Priority, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[derive(Clone)]
struct User {
    name: String,
    paid: bool,
}

impl User {
    fn priority(&self) -> Priority {
        if self.paid { Priority::High } else { Priority::Low }
    }
}

#[resilient(
    retry = 2,
    rate(limit = 10, per = "1m", burst = 5, wait = "10s", algorithm = both, queue = 100, adaptive = cubic, min = 1),
)]
trait Users {
    async fn plain(&self) -> Result<Market, ScoutError>;

    #[resilient(rate(key = user.name, priority = user.priority()))]
    async fn by_user(&self, user: User) -> Result<Market, ScoutError>;

    #[resilient(rate(key = id % 2, priority = critical))]
    async fn by_operator(&self, id: u64) -> Result<Market, ScoutError>;

    #[resilient(rate(priority = priority))]
    async fn by_argument(&self, priority: Priority) -> Result<Market, ScoutError>;

    #[resilient(rate(priority = if urgent { Priority::High } else { Priority::Normal }))]
    async fn by_branch(&self, urgent: bool) -> Result<Market, ScoutError>;

    #[resilient(rate = off)]
    async fn off(&self) -> Result<Market, ScoutError>;
}

#[resilient(rate(limit = 5, per = "1s", algorithm = sliding_window, key = (host, port).0))]
trait Hosts {
    async fn get(&self, host: &str, port: u16) -> Result<Market, ScoutError>;
}

#[resilient(rate(limit = 5, algorithm = token_bucket, adaptive = aimd, priority = low))]
trait Jobs {
    async fn run(&self) -> Result<Market, ScoutError>;

    #[resilient(rate(priority = Priority::High))]
    async fn now(&self) -> Result<Market, ScoutError>;
}

fn main() {}
