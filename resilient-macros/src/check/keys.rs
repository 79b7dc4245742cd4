//! The keys of caches, breakers and rate limits: expressions over the arguments, which not every method has.

use quote::ToTokens;
use syn::Expr;

use crate::{
    args::{Layer, Rules},
    errors::Errors,
    item::{Contract, Method},
    names::nearest,
    spans::mentions,
};

/// A policy that may have a key.
struct Keyed {
    policy: &'static str,
    is_on: fn(&Layer) -> bool,
    key: fn(&Rules) -> Option<&Expr>,
    /// What comes of a key that is the same for every call.
    shared: &'static str,
}

const KEYED: [Keyed; 3] = [
    Keyed {
        policy: "cache",
        is_on: |layer| layer.config.cache.as_on().is_some(),
        key: |rules| rules.cache_key.as_ref(),
        shared: "so all of its calls would share one answer",
    },
    Keyed {
        policy: "breaker",
        is_on: |layer| layer.config.breaker.as_on().is_some(),
        key: |rules| rules.breaker_key.as_ref(),
        shared: "so all of its calls would share one breaker",
    },
    Keyed {
        policy: "rate",
        is_on: |layer| layer.config.rate.as_on().is_some(),
        key: |rules| rules.rate_key.as_ref(),
        shared: "so all of its calls would share one limit",
    },
];

pub(super) fn check(of_trait: &Layer, contract: &Contract, errors: &mut Errors) {
    for keyed in &KEYED {
        // The methods that a key of the trait is wrong for: it is one mistake.
        let mut wrong_for = Vec::new();
        for method in contract.methods.iter().filter(|method| method.args.skip.is_none()) {
            let layer = of_trait.overlaid(&method.args.layer);
            let Some(key) = (keyed.key)(&layer.rules).filter(|_| (keyed.is_on)(&layer)) else {
                continue;
            };
            if !is_wrong(key, method) {
                continue;
            }
            if (keyed.key)(&method.args.layer.rules).is_some() {
                tell(keyed, key, &[method], true, errors);
            } else {
                wrong_for.push(method);
            }
        }
        if let Some(key) = (keyed.key)(&of_trait.rules).filter(|_| !wrong_for.is_empty()) {
            tell(keyed, key, &wrong_for, wrong_for.len() == contract.methods.len(), errors);
        }
    }
}

fn is_wrong(key: &Expr, method: &Method) -> bool {
    // A text alone is no format: `"{host}"` is the same for every host.
    let alone = matches!(key, Expr::Lit(_));
    let named = |name: &str| !alone && mentions(key.to_token_stream(), name);
    match variable(key) {
        Some(name) => !method.arguments.iter().any(|argument| argument.name == name),
        // One answer for everything is all that a method without arguments has.
        None => {
            !method.arguments.is_empty()
                && !named("self")
                && !method.arguments.iter().any(|argument| named(&argument.name.to_string()))
        }
    }
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
    let Keyed { policy, shared, .. } = keyed;
    let names: Vec<_> = methods.iter().map(|method| format!("`{}`", method.name())).collect();
    let of = names.join(" and of ");
    let arguments = || {
        methods
            .iter()
            .flat_map(|method| &method.arguments)
            .map(|argument| argument.name.to_string())
    };
    let arguments: Vec<_> = arguments().collect();
    let example = arguments.first();
    let message = match (variable(key), example) {
        (Some(name), _) if !everywhere => format!(
            "`{name}` is no argument of {of}; write `#[resilient({policy}(key = ...))]` with a key of its own on that method, or `{policy} = off`"
        ),
        (Some(name), Some(example)) => {
            let near = nearest(&name, arguments.iter().map(String::as_str));
            match near {
                Some(near) => format!("`{name}` is no argument of {of}; did you mean `{near}`?"),
                None => format!(
                    "`{name}` is no argument of {of}; write an expression over the arguments, such as `key = {example}`"
                ),
            }
        }
        (Some(name), None) => {
            format!("`{name}` is no argument of {of}, which has none; leave `key` out")
        }
        (None, example) => format!(
            "this key names no argument of {of}, {shared}; write an expression over the arguments, such as `key = {}`",
            example.map_or("id", String::as_str)
        ),
    };
    errors.at(key, message);
}
