//! A process that uses a cache directory, for the tests of `disk.rs` to kill and to compete with.
//!
//! `disk_child DIR hold` opens the directory, says `ready` and waits; `disk_child DIR write` writes answers without end
//! and says, after each flush, how many are safe; `disk_child DIR churn` does so with answers so large that the file is
//! replaced again and again.

use std::{env, process::exit};

use resilient_runtime::{CacheConfig, Key, Policy, Registry, Rejection};
use resilient_tests::entry;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut args = env::args().skip(1);
    let (Some(directory), Some(mode)) = (args.next(), args.next()) else { exit(2) };
    let registry = Registry::builder()
        .cache_dir(directory)
        .cache_dir_limit(4 << 20)
        .build()
        .expect("a directory");
    if mode == "hold" {
        println!(
            "{}",
            if registry.disk() == resilient_runtime::DiskStatus::Ready {
                "ready"
            } else {
                "unavailable"
            }
        );
        std::future::pending::<()>().await;
    }
    let policy = Policy::builder("child")
        .registry(&registry)
        .cache(CacheConfig::new().disk(std::time::Duration::from_secs(3_600)))
        .build()
        .expect("valid");
    let times = if mode == "churn" { 100 } else { 1 };
    for number in 0_u32.. {
        let expected = entry(number).repeat(times);
        let load = async || Ok::<_, Rejection>(expected.clone());
        let answer = policy.call_cached(Key::new().part(&number), load).await;
        assert_eq!(answer, Ok(expected.clone()));
        if number % 20 == 19 {
            registry.flush().await;
            println!("{}", number + 1);
        }
    }
}
