//! The guide: how each policy works, its parameters, and when not to use it.
//!
//! | page | what |
//! | --- | --- |
//! | [`order`] | how the policies meet: the order, what is shared, what a dropped call leaves, events |
//! | [`explain`] | what holds of each method, and where each value comes from; who has the last word |
//! | [`classification`] | what errors mean to the policies |
//! | [`retry`] | asks again, later each time, within a budget |
//! | [`breaker`] | leaves a service alone that is down |
//! | [`timeout`] | ends attempts and calls whose time is up; limits that follow what answers take |
//! | [`hedge`] | sends a second request when the first one takes long |
//! | [`bulkhead`] | limits how many calls are under way at once; limits that adapt |
//! | [`rate`] | limits how many requests leave in a time |
//! | [`cache`] | keeps answers in memory and on disk, and loads each once |
//! | [`fallback`] | answers when a call has failed |
//! | [`preset`] | bundles of policies for kinds of services |
//! | [`blocking`] | the same for methods that block their thread |
//! | [`migration`] | the same by hand and in other libraries, beside the attribute |
//! | [`troubleshooting`] | what each error and each warning means, by its text |
//! | [`expansion`] | the code that the attribute writes, and why it is written so |
//!
//! Every key and its default at one glance: [`macro@crate::resilient`]. The same by hand: [`Policy`](crate::Policy).

#[doc = include_str!("../docs/guide/order.md")]
pub mod order {}

#[doc = include_str!("../docs/guide/explain.md")]
pub mod explain {}

#[doc = include_str!("../docs/guide/classification.md")]
pub mod classification {}

#[doc = include_str!("../docs/guide/retry.md")]
pub mod retry {}

#[doc = include_str!("../docs/guide/breaker.md")]
pub mod breaker {}

#[doc = include_str!("../docs/guide/timeout.md")]
pub mod timeout {}

#[doc = include_str!("../docs/guide/hedge.md")]
pub mod hedge {}

#[doc = include_str!("../docs/guide/bulkhead.md")]
pub mod bulkhead {}

#[doc = include_str!("../docs/guide/rate.md")]
pub mod rate {}

#[doc = include_str!("../docs/guide/cache.md")]
pub mod cache {}

#[doc = include_str!("../docs/guide/fallback.md")]
pub mod fallback {}

#[doc = include_str!("../docs/guide/preset.md")]
pub mod preset {}

#[doc = include_str!("../docs/guide/blocking.md")]
pub mod blocking {}

#[doc = include_str!("../docs/guide/migration.md")]
pub mod migration {
    #[doc = include_str!("../docs/guide/migration/by_hand.md")]
    pub mod by_hand {}

    #[doc = include_str!("../docs/guide/migration/tower_resilience.md")]
    pub mod tower_resilience {}

    #[doc = include_str!("../docs/guide/migration/backon.md")]
    pub mod backon {}

    #[doc = include_str!("../docs/guide/migration/cached.md")]
    pub mod cached {}

    #[doc = include_str!("../docs/guide/migration/resilience4j.md")]
    pub mod resilience4j {}

    #[doc = include_str!("../docs/guide/migration/microprofile.md")]
    pub mod microprofile {}
}

#[doc = include_str!("../docs/guide/troubleshooting.md")]
pub mod troubleshooting {}

#[doc = include_str!("../docs/guide/expansion.md")]
pub mod expansion {}
