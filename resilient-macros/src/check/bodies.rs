//! What an attribute on an `impl` block or a function cannot do: there is no decorator, and the body is the user's.

use quote::ToTokens;
use syn::{Receiver as SynReceiver, ReceiverKind, Safety, Type};

use super::policies;
use crate::{
    args::{Layer, Rung},
    errors::Errors,
    item::{Block, Flavor, Method, Passing, Receiver},
    spans::mentions,
};

/// Whether the body can be called from a loop.
pub(super) fn protectable(method: &Method, errors: &mut Errors) -> bool {
    let sig = &method.sig;
    if let Safety::Unsafe(token) = &sig.safety {
        errors.at(token, "the conditions of an unsafe function are its caller's to keep, for one call; write the attribute on a safe function around it");
        return false;
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, "a function with a foreign ABI is called by what knows nothing of policies; write the attribute on a function that it calls");
        return false;
    }
    if let Some(constness) = &sig.constness {
        errors.at(
            constness,
            "a `const` function calls nothing that can fail; take the attribute off",
        );
        return false;
    }
    true
}

/// Policies that cannot stand in the place of a body.
pub(super) fn check(outer: &Layer, methods: &[&Method], of_trait: bool, errors: &mut Errors) {
    let mut told = false;
    for method in methods {
        let own = &method.args.layer;
        let layer = outer.overlaid(own);
        if layer.refreshes_in_background() {
            let place = own.places.value("cache", "background");
            if place.is_some() || !told {
                told |= place.is_none();
                errors.at(place.or_else(|| outer.places.value("cache", "background")), "`background` spawns a decorator, and without a trait there is none; leave it out, or write the attribute on a trait");
            }
        }
        if layer.config.cache.as_on().is_some() {
            shared(outer, method, &layer, errors);
        }
        if layer.retries() {
            repeated(method, "retry", errors);
        }
        if layer.config.hedge.as_on().is_some() {
            repeated(method, "hedge", errors);
        }
    }
    let layers = methods.iter().map(|method| &method.args.layer).chain([outer]);
    for rung in layers.flat_map(Layer::rungs) {
        match rung {
            Rung::Given(_) if of_trait => errors.at(rung.place(), "`backup` alone is given to the builder of a decorator, and without an attribute on the trait there is none; write the implementation here, such as `backup = Mirror`"),
            Rung::Given(_) | Rung::Backup(_) if !of_trait => errors.at(rung.place(), "a `backup` is another implementation of a trait, and none is seen here; write the attribute on a trait or an `impl Trait for Type` block, or a function or closure as the fallback"),
            _ => {}
        }
    }
}

/// Whether a `self` of a written type is there for each run: one that is shared is copied, an exclusive one is borrowed
/// anew, unless it is wrapped.
fn is_borrowed_again(receiver: &SynReceiver) -> bool {
    let ReceiverKind::Typed(_, ty) = &receiver.kind else { return true };
    matches!(**ty, Type::Reference(_))
        || ty.to_token_stream().to_string().contains('&') && !mentions(ty.to_token_stream(), "mut")
}

/// Whether a body can run again, as `policy` wants it to.
fn repeated(method: &Method, policy: &'static str, errors: &mut Errors) {
    let name = &method.sig.ident;
    let off = policies::off(method, policy);
    if method.receiver == Receiver::Typed
        && let Some(receiver) = method.sig.receiver()
        && !is_borrowed_again(receiver)
    {
        errors.at(receiver, format!("`{policy}` cannot stand on `{name}`, whose first run may take this `self` with it; write `&self`, or {off}"));
    }
    if !matches!(method.flavor, Flavor::ImplFuture | Flavor::Boxed) {
        return;
    }
    let exclusive = method.arguments.iter().find(|argument| argument.passing == Passing::Reborrow);
    if method.receiver == Receiver::Mut || exclusive.is_some() {
        errors.at(&method.sig.output, format!("`{policy}` cannot stand on `{name}`, whose first future takes what is borrowed exclusively with it; write `async fn`, or {off}"));
    }
}

/// One cache for all values of a type must be asked for.
fn shared(outer: &Layer, method: &Method, layer: &Layer, errors: &mut Errors) {
    if method.receiver == Receiver::None {
        if let Some(place) = method.args.layer.places.value("cache", "shared") {
            errors.at(place, SHARED_BY_NOBODY);
        }
        return;
    }
    let keyed = layer.rules.cache_key.as_ref();
    let told_apart = keyed.is_some_and(|key| mentions(key.to_token_stream(), "self"));
    // One that could not be read was told of already.
    let unread = layer.rules.shared.is_none() && layer.places.value("cache", "shared").is_some();
    if told_apart || unread || layer.rules.shared == Some(true) {
        return;
    }
    let name = &method.sig.ident;
    let own = method.args.layer.places.value("cache", "");
    let arguments: Vec<_> =
        method.arguments.iter().map(|argument| argument.name.to_string()).collect();
    let key = match (keyed, arguments.as_slice()) {
        (Some(key), _) => format!("(&self.url, {})", key.to_token_stream()),
        (None, []) => "&self.url".to_owned(),
        (None, arguments) => format!("(&self.url, {})", arguments.join(", ")),
    };
    let message = format!(
        "the cache of `{name}` is shared by every value of its type, whose answers may differ; name what tells them apart, such as `key = {key}`, or write `shared` where any of them may answer for all"
    );
    match own.or_else(|| outer.places.value("cache", "")) {
        Some(place) => errors.at(place, message),
        None => errors.at(name, message),
    }
}

const SHARED_BY_NOBODY: &str = "`shared` is for methods, whose type has many values; a function has one cache, so leave it out";

/// Methods of the block that would be there twice.
pub(super) fn names(outer: &Layer, block: &Block, errors: &mut Errors) {
    if block.head.trait_.is_some() {
        return;
    }
    let methods = || block.methods().map(|method| &method.method);
    let cached: Vec<_> = methods()
        .filter(|method| {
            method.is_protected()
                && outer.overlaid(&method.args.layer).config.cache.as_on().is_some()
        })
        .map(Method::name)
        .collect();
    for method in methods() {
        let name = method.name();
        let about = name.strip_prefix("invalidate_").or_else(|| name.strip_prefix("warm_"));
        if about.is_some_and(|about| cached.iter().any(|cached| cached == about)) {
            errors.at(&method.sig.ident, format!("the attribute adds a method `{name}`, for what is in the cache; give this one another name"));
        }
    }
}

/// What is declared once for all of a generic block's types cannot name one of them.
pub(super) fn declares(outer: &Layer, block: &Block, errors: &mut Errors) {
    if block.head.generics.params.is_empty() {
        return;
    }
    let layers = block.methods().map(|method| &method.method.args.layer).chain([outer]);
    for rules in layers.map(|layer| &layer.rules) {
        for path in [&rules.backoff, &rules.tier].into_iter().flatten() {
            if mentions(path.to_token_stream(), "Self") {
                errors.at(path, "`Self` is many types here, and this holds for all of them; write a function or a constant outside of the block");
            }
        }
    }
}

/// An attribute on a function that says nothing.
pub(super) fn says_something(method: &Method, errors: &mut Errors) {
    if method.args.layer.says_nothing() && errors.is_empty() {
        errors.at(
            &method.sig.ident,
            "the attribute names no policy; write one, such as `#[resilient(retry = 3)]`",
        );
    }
}
