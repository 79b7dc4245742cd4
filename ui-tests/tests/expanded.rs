//! The examples, and their committed expansions, compile without a warning.
#![deny(warnings)]
#![allow(
    unreachable_pub,
    missing_docs,
    reason = "the examples are modules here, and read as crates of their own"
)]
#![allow(
    unused_imports,
    reason = "the expansion no longer imports the attribute that it came from"
)]
#![allow(clippy::unused_async, reason = "a fallback of an async method is async")]
#![allow(clippy::elidable_lifetime_names, reason = "an impl names the parameters of its type")]
#![allow(dead_code, reason = "an example's decorator is made by nobody")]
#![allow(
    clippy::manual_async_fn,
    clippy::redundant_closure_call,
    reason = "a future that was returned is still returned, and made anew by a closure for each attempt"
)]
#![allow(clippy::collapsible_if, reason = "an `if` that holds both is edition 2024 alone")]

use resilient_runtime::Registry;

#[path = "../expand/associated_items.rs"]
mod associated_items;
#[rustfmt::skip]
#[path = "../expand/associated_items.expanded.rs"]
mod associated_items_expanded;
#[path = "../expand/background.rs"]
mod background;
#[rustfmt::skip]
#[path = "../expand/background.expanded.rs"]
mod background_expanded;
#[path = "../expand/backup.rs"]
mod backup;
#[rustfmt::skip]
#[path = "../expand/backup.expanded.rs"]
mod backup_expanded;
#[path = "../expand/by_value_arguments.rs"]
mod by_value_arguments;
#[rustfmt::skip]
#[path = "../expand/by_value_arguments.expanded.rs"]
mod by_value_arguments_expanded;
#[path = "../expand/cached.rs"]
mod cached;
#[rustfmt::skip]
#[path = "../expand/cached.expanded.rs"]
mod cached_expanded;
#[path = "../expand/card.rs"]
mod card;
#[rustfmt::skip]
#[path = "../expand/card.expanded.rs"]
mod card_expanded;
#[path = "../expand/default_body.rs"]
mod default_body;
#[rustfmt::skip]
#[path = "../expand/default_body.expanded.rs"]
mod default_body_expanded;
#[path = "../expand/derive_classify.rs"]
mod derive_classify;
#[rustfmt::skip]
#[path = "../expand/derive_classify.expanded.rs"]
mod derive_classify_expanded;
#[path = "../expand/derive_classify_generic.rs"]
mod derive_classify_generic;
#[rustfmt::skip]
#[path = "../expand/derive_classify_generic.expanded.rs"]
mod derive_classify_generic_expanded;
#[path = "../expand/dyn_trait.rs"]
mod dyn_trait;
#[rustfmt::skip]
#[path = "../expand/dyn_trait.expanded.rs"]
mod dyn_trait_expanded;
#[path = "../expand/exclusive_receiver.rs"]
mod exclusive_receiver;
#[rustfmt::skip]
#[path = "../expand/exclusive_receiver.expanded.rs"]
mod exclusive_receiver_expanded;
#[path = "../expand/fallback_chain.rs"]
mod fallback_chain;
#[rustfmt::skip]
#[path = "../expand/fallback_chain.expanded.rs"]
mod fallback_chain_expanded;
#[path = "../expand/generic_trait.rs"]
mod generic_trait;
#[rustfmt::skip]
#[path = "../expand/generic_trait.expanded.rs"]
mod generic_trait_expanded;
#[path = "../expand/hedged.rs"]
mod hedged;
#[rustfmt::skip]
#[path = "../expand/hedged.expanded.rs"]
mod hedged_expanded;
#[path = "../expand/hedged_arguments.rs"]
mod hedged_arguments;
#[rustfmt::skip]
#[path = "../expand/hedged_arguments.expanded.rs"]
mod hedged_arguments_expanded;
#[path = "../expand/io_result.rs"]
mod io_result;
#[rustfmt::skip]
#[path = "../expand/io_result.expanded.rs"]
mod io_result_expanded;
#[path = "../expand/keyed.rs"]
mod keyed;
#[rustfmt::skip]
#[path = "../expand/keyed.expanded.rs"]
mod keyed_expanded;
#[path = "../expand/local_futures.rs"]
mod local_futures;
#[rustfmt::skip]
#[path = "../expand/local_futures.expanded.rs"]
mod local_futures_expanded;
#[path = "../expand/presets.rs"]
mod presets;
#[rustfmt::skip]
#[path = "../expand/presets.expanded.rs"]
mod presets_expanded;
#[path = "../expand/rates.rs"]
mod rates;
#[rustfmt::skip]
#[path = "../expand/rates.expanded.rs"]
mod rates_expanded;
#[path = "../expand/rules.rs"]
mod rules;
#[rustfmt::skip]
#[path = "../expand/rules.expanded.rs"]
mod rules_expanded;
#[path = "../expand/skip_and_off.rs"]
mod skip_and_off;
#[rustfmt::skip]
#[path = "../expand/skip_and_off.expanded.rs"]
mod skip_and_off_expanded;
#[path = "../expand/tiers.rs"]
mod tiers;
#[rustfmt::skip]
#[path = "../expand/tiers.expanded.rs"]
mod tiers_expanded;
#[path = "../expand/impl_block.rs"]
mod impl_block;
#[rustfmt::skip]
#[path = "../expand/impl_block.expanded.rs"]
mod impl_block_expanded;
#[path = "../expand/impl_of_a_trait.rs"]
mod impl_of_a_trait;
#[rustfmt::skip]
#[path = "../expand/impl_of_a_trait.expanded.rs"]
mod impl_of_a_trait_expanded;
#[path = "../expand/functions.rs"]
mod functions;
#[rustfmt::skip]
#[path = "../expand/functions.expanded.rs"]
mod functions_expanded;
#[path = "../expand/blocking.rs"]
mod blocking;
#[rustfmt::skip]
#[path = "../expand/blocking.expanded.rs"]
mod blocking_expanded;
#[path = "../expand/returned_futures.rs"]
mod returned_futures;
#[rustfmt::skip]
#[path = "../expand/returned_futures.expanded.rs"]
mod returned_futures_expanded;

/// The text of a committed expansion that documents `explain()`.
fn documented(expansion: &str) -> String {
    let lines = expansion.lines().map(str::trim_start);
    let lines = lines.skip_while(|line| !line.starts_with("/// The policies of the service"));
    let lines = lines.map_while(|line| line.strip_prefix("///"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_documentation_says_what_explain_says() {
    macro_rules! examples {
        ($( $example:ident::$decorator:ident, )+) => { $({
            let expansion = include_str!(concat!("../expand/", stringify!($example), ".expanded.rs"));
            let decorator = $example::$decorator::with_registry((), &Registry::new());
            assert_eq!(documented(expansion), decorator.explain().to_string());
        })+ };
    }
    examples! {
        background::ResilientPrices,
        cached::ResilientShop,
        card::ResilientScoutApi,
        fallback_chain::ResilientPrices,
        keyed::ResilientFiles,
        presets::ResilientStore,
        rates::ResilientReports,
        rules::ResilientShop,
        skip_and_off::ResilientMixed,
    }
    let expansion = include_str!("../expand/backup.expanded.rs");
    let prices = backup::ResilientPrices::builder(()).backup(()).registry(&Registry::new());
    let prices = prices.build().expect("valid");
    assert_eq!(documented(expansion), prices.explain().to_string());
}
