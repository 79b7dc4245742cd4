//! `fallback(stale)` needs a cache, and a bound.

use crate::{
    args::{Layer, Rung},
    errors::Errors,
    item::Method,
};

pub(super) fn check(of_trait: &Layer, methods: &[&Method], errors: &mut Errors) {
    let mut served = false;
    for method in methods {
        let layer = of_trait.overlaid(&method.args.layer);
        let problem = problem(&layer);
        match rung(&method.args.layer) {
            Some(rung) => tell(rung, problem, errors),
            None => served |= problem.is_none(),
        }
    }
    // A method without a cache may share the chain of the others.
    if let Some(rung) = rung(of_trait).filter(|_| !served) {
        tell(rung, problem(of_trait), errors);
    }
}

fn rung(layer: &Layer) -> Option<&Rung> {
    layer.rungs().iter().find(|rung| matches!(rung, Rung::Stale(_)))
}

fn problem(layer: &Layer) -> Option<&'static str> {
    match layer.config.cache.as_on() {
        None => Some(
            "`stale` has no cache to serve from; write `cache(memory = \"5m\", stale = \"1h\")` beside it, or leave it out of the chain",
        ),
        // A value that could not be read was told of already.
        Some(cache) if cache.stale.is_none() && layer.places.value("cache", "stale").is_none() => {
            Some(
                "nothing says how old an answer may be that `stale` serves; write how long past its expiry, such as `cache(stale = \"1h\")`",
            )
        }
        Some(_) => None,
    }
}

fn tell(rung: &Rung, problem: Option<&str>, errors: &mut Errors) {
    if let Some(problem) = problem {
        errors.at(rung.place(), problem);
    }
}
