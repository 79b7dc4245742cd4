//! `cache(max_weight, weight)`: one says nothing without the other.

use crate::{args::Layer, errors::Errors, item::Method};

pub(super) fn check(of_trait: &Layer, methods: &[&Method], errors: &mut Errors) {
    let mut told = false;
    for method in methods {
        let own = &method.args.layer;
        let Some((field, problem)) = problem(&of_trait.overlaid(own)) else { continue };
        if let Some(place) = own.places.value("cache", field) {
            errors.at(place, problem);
        } else if let Some(place) = of_trait.places.value("cache", field).filter(|_| !told) {
            told = true;
            errors.at(place, problem);
        }
    }
}

fn problem(layer: &Layer) -> Option<(&'static str, &'static str)> {
    layer.config.cache.as_on()?;
    let given = |field| layer.places.value("cache", field).is_some();
    match (given("max_weight"), given("weight")) {
        (true, false) => Some((
            "max_weight",
            "nothing says what an answer weighs; write the path of a `fn(&Value) -> u64` too, such as `weight = size_of_market`",
        )),
        (false, true) => Some((
            "weight",
            "`weight` says nothing without a bound; write how much the answers may weigh together, such as `max_weight = 10_000_000`, or leave it out",
        )),
        _ => None,
    }
}
