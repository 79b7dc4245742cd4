//! What compiles and is probably not meant: warnings, for the user may know better.

use proc_macro2::TokenStream;
use quote::ToTokens;
use resilient_policy::duration::format;
use syn::{Attribute, GenericArgument, Meta, PathArguments, Type};

use crate::{
    args::Layer,
    item::Method,
    spans::{mentions, ungrouped},
};

/// A likely mistake, at what was typed.
pub(crate) struct Likely<'m> {
    pub(crate) place: TokenStream,
    pub(crate) message: String,
    /// The method that it was made in, where it is not one of the whole item.
    pub(crate) method: Option<&'m Method>,
}

/// What is likely wrong with methods, each with everything that is said of it.
pub(crate) fn likely<'m>(methods: &[(&'m Method, Layer)]) -> Vec<Likely<'m>> {
    let mut found = Vec::new();
    // What the trait says is one mistake, however many methods it holds for.
    let mut told = false;
    for (method, layer) in methods.iter().filter(|(method, _)| !allows(&method.attrs)) {
        let messages = [repeated(method, layer), hedged(method, layer), cached(method, layer)];
        found.extend(messages.into_iter().flatten().map(|message| Likely {
            place: method.sig.ident.to_token_stream(),
            message,
            method: Some(method),
        }));
        if let Some(message) = delays_without_time(layer) {
            let own = own_time(&method.args.layer).cloned();
            let of_method = own.is_some();
            let place = own.or_else(|| own_time(layer).cloned());
            if let Some(place) = place.filter(|_| of_method || !told) {
                told |= !of_method;
                let method = of_method.then_some(*method);
                found.push(Likely { place, message, method });
            }
        }
    }
    found
}

/// Whether attributes silence the lint that the warnings are of.
pub(crate) fn allows(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| match &attr.meta {
        Meta::List(list) => {
            let level = ["allow", "expect"].iter().any(|level| list.path.is_ident(level));
            let lints = ["deprecated", "warnings"];
            level && lints.iter().any(|lint| mentions(list.tokens.clone(), lint))
        }
        _ => false,
    })
}

/// Verbs that begin the names of requests whose repetition does the same again. Few, for a warning must be right nearly
/// always: `add`, `set` and `update` are as often harmless when repeated, `order` and `book` are nouns more often than
/// not, and `send` alone is what a client calls any request.
const CREATE: [&str; 9] =
    ["create", "insert", "submit", "pay", "charge", "post", "transfer", "purchase", "send_"];

/// Verbs that begin the names of other requests that are made for what they do, not for their answer.
const CHANGE: [&str; 5] = ["delete", "remove", "update", "set", "cancel"];

/// What makes a noun of the verb before it, as in `transfer_history`, and the signs of a request that may be repeated,
/// as in `create_or_replace`.
const HARMLESS: [&str; 16] = [
    "history", "status", "state", "details", "info", "list", "count", "by", "id", "ids", "rate",
    "rates", "fee", "fees", "or", "if",
];

fn begins_with(name: &str, verbs: &[&str]) -> bool {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default();
    let mut rest = words.peekable();
    let alone = rest.peek().is_none();
    let verb = verbs.iter().any(|verb| match verb.strip_suffix('_') {
        Some(verb) => verb == first && !alone,
        None => *verb == first,
    });
    verb && !rest.any(|word| HARMLESS.contains(&word))
}

fn repeated(method: &Method, layer: &Layer) -> Option<String> {
    let retry = layer.config.retry.as_on().filter(|retry| retry.settings().max > 1)?;
    let name = method.name();
    // Who says of this very method which errors are retried has thought of it.
    let own = |field| method.args.layer.places.value("retry", field).is_some();
    if retry.idempotent.is_some() || own("on") || own("when") || !begins_with(&name, &CREATE) {
        return None;
    }
    Some(format!(
        "`retry` repeats `{name}` where the first request may have arrived; write `retry(idempotent = false)` to repeat only what certainly was not sent, or `retry(idempotent = true)` where the service recognizes a repeat"
    ))
}

fn hedged(method: &Method, layer: &Layer) -> Option<String> {
    layer.config.hedge.as_on()?;
    let idempotent = layer.config.retry.as_on().and_then(|retry| retry.idempotent);
    let name = method.name();
    if idempotent.is_some() || !begins_with(&name, &CREATE) {
        return None;
    }
    Some(format!(
        "`hedge` sends `{name}` a second time while the first request is under way; write `hedge = off`, or `#[allow(deprecated)]` above it where the service recognizes a repeat"
    ))
}

fn cached(method: &Method, layer: &Layer) -> Option<String> {
    layer.config.cache.as_on()?;
    let name = method.name();
    if begins_with(&name, &CREATE) || begins_with(&name, &CHANGE) {
        return Some(format!(
            "`cache` answers a second `{name}` from memory, and the service does not hear of it; write `cache = off`"
        ));
    }
    returns_nothing(&method.returns)
        .then(|| format!("`{name}` returns nothing that `cache` could keep; write `cache = off`"))
}

/// Whether the type is written as `Result<(), E>`.
fn returns_nothing(returns: &Type) -> bool {
    let Type::Path(path) = ungrouped(returns) else { return false };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Result") else {
        return false;
    };
    let PathArguments::AngleBracketed(args) = &last.arguments else { return false };
    matches!(args.args.first(), Some(GenericArgument::Type(Type::Tuple(value))) if value.elems.is_empty())
}

/// Delays that a call has no time for.
fn delays_without_time(layer: &Layer) -> Option<String> {
    let settings = layer.config.settings();
    let (retry, call) = (settings.retry?, settings.timeout?.call?);
    let delays = retry.longest_delays()?;
    // Who says how long retries may start has thought of it.
    (delays > call && retry.within.is_none()).then(|| {
        format!(
            "the delays of `retry` alone take up to {}, and `timeout(call)` ends after {}; write fewer attempts or a longer `call`, or `within` where the time is meant to end it",
            format(delays),
            format(call)
        )
    })
}

/// Where a layer says how long a call may take, or how often it is tried.
fn own_time(layer: &Layer) -> Option<&TokenStream> {
    let places = [("timeout", "call"), ("retry", "max"), ("retry", "base"), ("retry", "backoff")];
    places
        .iter()
        .chain(&[("retry", ""), ("timeout", "")])
        .find_map(|(policy, field)| layer.places.value(policy, field))
}
