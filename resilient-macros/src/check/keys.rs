//! The keys of caches, breakers and rate limits: expressions over the arguments, which not every method has.

use quote::ToTokens;
use syn::{Expr, FnArg, Ident, Pat};

use crate::{
    args::{Layer, PRIORITIES, Priority, Rules},
    errors::Errors,
    item::Method,
    names::nearest,
    spans::mentions,
};

/// A parameter that is an expression over the arguments.
struct Keyed {
    policy: &'static str,
    parameter: &'static str,
    is_on: fn(&Layer) -> bool,
    key: fn(&Rules) -> Option<&Expr>,
    /// What comes of a key that is the same for every call.
    shared: &'static str,
}

const KEYED: [Keyed; 4] = [
    Keyed {
        policy: "cache",
        parameter: "key",
        is_on: |layer| layer.config.cache.as_on().is_some(),
        key: |rules| rules.cache_key.as_ref(),
        shared: "so all of its calls would share one answer",
    },
    Keyed {
        policy: "breaker",
        parameter: "key",
        is_on: |layer| layer.config.breaker.as_on().is_some(),
        key: |rules| rules.breaker_key.as_ref(),
        shared: "so all of its calls would share one breaker",
    },
    Keyed {
        policy: "rate",
        parameter: "key",
        is_on: |layer| layer.config.rate.as_on().is_some(),
        key: |rules| rules.rate_key.as_ref(),
        shared: "so all of its calls would share one limit",
    },
    Keyed {
        policy: "rate",
        parameter: "priority",
        is_on: |layer| layer.config.rate.as_on().is_some(),
        key: |rules| match &rules.rate_priority {
            Some(Priority::Given(expr)) => Some(expr),
            _ => None,
        },
        // One for all calls is what most write.
        shared: "",
    },
];

pub(super) fn check(of_trait: &Layer, methods: &[&Method], bodies: bool, errors: &mut Errors) {
    for keyed in &KEYED {
        // The methods that a key of the trait is wrong for: it is one mistake.
        let mut wrong_for = Vec::new();
        for &method in methods {
            let layer = of_trait.overlaid(&method.args.layer);
            let Some(key) = (keyed.key)(&layer.rules).filter(|_| (keyed.is_on)(&layer)) else {
                continue;
            };
            if !is_wrong(keyed, key, method, bodies) {
                continue;
            }
            if (keyed.key)(&method.args.layer.rules).is_some() {
                tell(keyed, key, &[method], true, errors);
            } else {
                wrong_for.push(method);
            }
        }
        if let Some(key) = (keyed.key)(&of_trait.rules).filter(|_| !wrong_for.is_empty()) {
            tell(keyed, key, &wrong_for, wrong_for.len() == methods.len(), errors);
        }
    }
}

fn is_wrong(keyed: &Keyed, key: &Expr, method: &Method, bodies: bool) -> bool {
    if matches!(key, Expr::Closure(_)) || !bodies && is_field_of_self(key) {
        return true;
    }
    // A text alone is no format: `"{host}"` is the same for every host.
    let alone = matches!(key, Expr::Lit(_));
    let mentioned = |name: &str| !alone && mentions(key.to_token_stream(), name);
    match variable(key) {
        Some(name) => !named(method).any(|argument| *argument == name),
        None if keyed.shared.is_empty() => false,
        // One answer for everything is all that a method without arguments has.
        None => {
            !method.arguments.is_empty()
                && !mentioned("self")
                && !method.arguments.iter().any(|argument| mentioned(&argument.name.to_string()))
        }
    }
}

/// `self.host`: the decorator has no such field.
fn is_field_of_self(key: &Expr) -> bool {
    match key {
        Expr::Field(field) => {
            matches!(&*field.base, Expr::Path(path) if path.path.is_ident("self"))
                || is_field_of_self(&field.base)
        }
        Expr::MethodCall(call) => is_field_of_self(&call.receiver),
        Expr::Index(index) => is_field_of_self(&index.expr),
        Expr::Reference(reference) => is_field_of_self(&reference.expr),
        Expr::Paren(paren) => is_field_of_self(&paren.expr),
        Expr::Group(group) => is_field_of_self(&group.expr),
        _ => false,
    }
}

/// The arguments that the user gave a name.
fn named(method: &Method) -> impl Iterator<Item = &Ident> {
    method.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(pat) => Some(&pat.ident),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    })
}

/// The variable that an expression begins with: `host` in `host.name()`.
fn variable(key: &Expr) -> Option<String> {
    match key {
        Expr::Path(path) => {
            let name = path.path.get_ident()?.to_string();
            let variable = name.starts_with(|letter: char| letter.is_lowercase() || letter == '_');
            (variable && name != "self").then_some(name)
        }
        Expr::Field(field) => variable(&field.base),
        Expr::MethodCall(call) => variable(&call.receiver),
        Expr::Index(index) => variable(&index.expr),
        Expr::Reference(reference) => variable(&reference.expr),
        Expr::Paren(paren) => variable(&paren.expr),
        Expr::Group(group) => variable(&group.expr),
        _ => None,
    }
}

/// `everywhere`: no method has what the key names, so that it is mistyped.
fn tell(keyed: &Keyed, key: &Expr, methods: &[&Method], everywhere: bool, errors: &mut Errors) {
    let Keyed { policy, parameter, shared, .. } = keyed;
    let names: Vec<_> = methods.iter().map(|method| format!("`{}`", method.name())).collect();
    let of = names.join(" and of ");
    let arguments: Vec<_> =
        methods.iter().flat_map(|method| named(method)).map(ToString::to_string).collect();
    let example = arguments.first();
    let such_as = example.map_or("id", String::as_str);
    if matches!(key, Expr::Closure(_)) {
        let message = format!(
            "a closure cannot stand here; write the expression alone, such as `{parameter} = {such_as}`"
        );
        errors.at(key, message);
        return;
    }
    if is_field_of_self(key) {
        let message = format!(
            "`self` is the decorator here, which has no fields for this; write an expression over the arguments, such as `{parameter} = {such_as}`, or ask a method of the trait"
        );
        errors.at(key, message);
        return;
    }
    if let (Expr::Path(_), Some(word), true) = (key, variable(key), everywhere && shared.is_empty())
    {
        let names = PRIORITIES.map(|(name, _)| name);
        let message = match nearest(&word, names) {
            Some(near) => format!("`{word}` is no priority; write `{near}`"),
            None => format!(
                "`{word}` is neither a priority nor an argument of {of}; write `critical`, `high`, `normal` or `low`, or an expression over the arguments of the type `Priority`"
            ),
        };
        errors.at(key, message);
        return;
    }
    let message = match (variable(key), example) {
        (Some(name), _) if !everywhere => format!(
            "`{name}` is no argument of {of}; write `#[resilient({policy}({parameter} = ...))]` with a {parameter} of its own on that method, or `{policy} = off`"
        ),
        (Some(name), Some(example)) => {
            let near = nearest(&name, arguments.iter().map(String::as_str));
            match near {
                Some(near) => format!("`{name}` is no argument of {of}; write `{near}`"),
                None => format!(
                    "`{name}` is no argument of {of}; write an expression over the arguments, such as `{parameter} = {example}`"
                ),
            }
        }
        (Some(name), None) if methods.iter().any(|method| !method.arguments.is_empty()) => {
            format!(
                "`{name}` is no argument of {of}, where none has a name; give one a name, or leave `{parameter}` out"
            )
        }
        (Some(name), None) => {
            format!("`{name}` is no argument of {of}, which has none; leave `{parameter}` out")
        }
        (None, example) => format!(
            "this key names no argument of {of}, {shared}; write an expression over the arguments, such as `key = {}`",
            example.map_or("id", String::as_str)
        ),
    };
    errors.at(key, message);
}
