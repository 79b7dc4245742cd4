//! Values that are out of their range, or at odds.

use std::collections::HashSet;

use proc_macro2::Span;
use resilient_policy::{Parameter, Problem};

use crate::{args::Layer, errors::Errors, item::Method};

pub(super) fn check(of_trait: &Layer, methods: &[&Method], errors: &mut Errors) {
    values(of_trait, methods, errors);
    rules(of_trait, methods, errors);
}

/// Values out of their range or at odds, those of the trait once and those of a method at the method.
fn values(of_trait: &Layer, methods: &[&Method], errors: &mut Errors) {
    let mut told: HashSet<(Parameter, Option<Parameter>)> = HashSet::new();
    for problem in of_trait.config.problems() {
        told.insert((problem.parameter, problem.against));
        tell(&problem, of_trait, errors);
    }
    let of_trait_alone: HashSet<_> = of_trait
        .known()
        .final_problems()
        .iter()
        .map(|problem| (problem.parameter, problem.against))
        .collect();
    for method in methods {
        let own = &method.args.layer;
        let merged = of_trait.overlaid(own);
        for problem in merged.known().final_problems() {
            // A value that could not be read was told of already.
            if problem.is_missing() && merged.places.any_value(problem.parameter.policy) {
                continue;
            }
            if problem.against.is_some_and(|parameter| merged.places.unread(parameter)) {
                continue;
            }
            let given_here = |parameter: Parameter| {
                own.places.value(parameter.policy, parameter.field).is_some()
            };
            let pair = (problem.parameter, problem.against);
            let here = given_here(problem.parameter) || problem.against.is_some_and(given_here);
            // A contradiction is the fault of the later word: of a method's, where it changes what the trait says.
            let place = if given_here(problem.parameter) {
                None
            } else if here {
                problem.against.and_then(|parameter| own.places.of(parameter))
            } else if of_trait_alone.contains(&pair) {
                None
            } else {
                let against = problem.against.and_then(|parameter| own.places.of(parameter));
                own.places.of(problem.parameter).or(against)
            };
            let of_method = here || place.is_some();
            if !of_method && !told.insert(pair) {
                continue;
            }
            match place {
                Some(place) => errors.at(place, &problem),
                None => tell(&problem, &merged, errors),
            }
        }
    }
}

/// Rules of a retry that never comes.
fn rules(of_trait: &Layer, methods: &[&Method], errors: &mut Errors) {
    const RULES: [&str; 5] = ["on", "except", "when", "retry_if", "hook"];
    let mut once = |layer: &Layer| {
        for rule in RULES {
            if let Some(place) = layer.places.value("retry", rule) {
                errors.at(place, format!("`{rule}` says nothing where a call is tried once; write a `max` of 2 or more, or leave it out"));
            }
        }
    };
    let tried_once = |layer: &Layer| {
        layer.config.retry.as_on().is_some_and(|retry| retry.max.is_some_and(|max| max == 1))
    };
    let mut again = false;
    for method in methods {
        let merged = of_trait.overlaid(&method.args.layer);
        again |= merged.config.retry.as_on().is_some() && !tried_once(&merged);
        if tried_once(&merged) {
            once(&method.args.layer);
        }
    }
    if tried_once(of_trait) && !again {
        once(of_trait);
    }
}

fn tell(problem: &Problem, layer: &Layer, errors: &mut Errors) {
    match layer.places.of(problem.parameter) {
        Some(place) => errors.at(place, problem),
        None => errors.push(syn::Error::new(Span::call_site(), problem)),
    }
}
