//! Policies that cannot work on a method.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Lifetime, ReceiverKind, Type};

use crate::{
    args::Layer,
    errors::Errors,
    item::{Argument, Flavor, Method, Passing, Receiver},
    spans::mentions,
};

/// Policies that cannot work on this method.
pub(super) fn check(method: &Method, layer: &Layer, errors: &mut Errors) {
    if !nameable(method, errors) || !lives_as_long(method, errors) {
        return;
    }
    if layer.config.hedge.as_on().is_some() {
        hedge(method, errors);
    }
    if layer.retries() {
        returns_exclusive(method, errors);
    }
    if method.receiver == Receiver::Value {
        taken(method, layer, errors);
    }
    if layer.config.cache.as_on().is_some() {
        cache(method, errors);
    }
}

/// How a method is rid of a policy.
pub(super) fn off(method: &Method, policy: &'static str) -> String {
    match method.args.layer.places.value(policy, "") {
        Some(_) => "leave it out".to_owned(),
        None => format!("write `#[resilient({policy} = off)]` on it"),
    }
}

/// Whether the type of what a method answers has a name, by which its needs can be asked for.
fn nameable(method: &Method, errors: &mut Errors) -> bool {
    let hidden = mentions(method.returns.to_token_stream(), "impl");
    if hidden {
        errors.at(&method.returns, "a policy must be able to name what the method returns; write the type instead of `impl`");
    }
    !hidden
}

/// An answer that borrows exclusively holds what another attempt needs.
fn returns_exclusive(method: &Method, errors: &mut Errors) {
    let returns = || method.returns.to_token_stream();
    let functions = ["fn", "Fn", "FnMut", "FnOnce"].iter().any(|name| mentions(returns(), name));
    // Of a future that is returned, more than this is told.
    if functions || !matches!(method.flavor, Flavor::Async | Flavor::Blocking) {
        return;
    }
    let held = lifetimes(returns());
    let of = |reference: &Option<Lifetime>| {
        reference.as_ref().map_or("_".to_owned(), |lifetime| lifetime.ident.to_string())
    };
    let receiver = method.sig.receiver().and_then(|receiver| match &receiver.kind {
        ReceiverKind::Reference(_, lifetime, exclusive) => {
            Some((of(lifetime), exclusive.is_some()))
        }
        _ => None,
    });
    let arguments = method.arguments.iter().filter_map(|argument| match &argument.ty {
        Type::Reference(reference) => {
            Some((of(&reference.lifetime), reference.mutability.is_some()))
        }
        _ => None,
    });
    // What is left out is the lifetime of `self`, if that is a reference.
    let of_self = receiver.is_some();
    let arguments = arguments.filter(|(lifetime, _)| !of_self || lifetime != "_");
    let mut exclusive = receiver.into_iter().chain(arguments).filter(|(_, exclusive)| *exclusive);
    if exclusive.any(|(lifetime, _)| held.contains(&lifetime)) {
        let (name, off) = (&method.sig.ident, off(method, "retry"));
        errors.at(&method.returns, format!("`retry` cannot stand on `{name}`, whose first answer would still hold what it borrows exclusively; return an owned type, or {off}"));
    }
}

/// Whether a future may hold what the policies pass to it for each attempt.
fn lives_as_long(method: &Method, errors: &mut Errors) -> bool {
    if method.returns_owned && matches!(method.receiver, Receiver::Ref | Receiver::Mut) {
        errors.at(&method.sig.output, "the future must hold `self` for another attempt, and its type says that it borrows nothing; end its bounds with `+ '_`, or write `BoxFuture<'_, ...>`");
        return false;
    }
    if method.returns_owned {
        let borrowed = |ty: &Type| matches!(ty, Type::Reference(reference) if reference.lifetime.as_ref().is_none_or(|of| of.ident != "static"));
        let mut lives = true;
        for argument in method.arguments.iter().filter(|argument| borrowed(&argument.ty)) {
            lives = false;
            shorter_than_its_future(argument, errors);
        }
        return lives;
    }
    if method.flavor != Flavor::Boxed {
        return true;
    }
    let output = lifetimes(method.sig.output.to_token_stream());
    // What the user says of its lifetimes is for rustc to understand.
    let [lifetime] = output.as_slice() else { return true };
    let bounds = method.sig.generics.where_clause.to_token_stream();
    let bounded = lifetimes(bounds).contains(lifetime)
        || method.sig.generics.lifetimes().any(|param| !param.bounds.is_empty());
    let another = |borrow: &String| {
        borrow != "static"
            && (borrow != lifetime || lifetime == "_" && method.receiver != Receiver::None)
    };
    let shorter = method
        .arguments
        .iter()
        .filter(|argument| lifetimes(argument.ty.to_token_stream()).iter().any(another));
    let mut shorter = shorter.filter(|_| !bounded && lifetime != "static").peekable();
    let lives = shorter.peek().is_none();
    for argument in shorter {
        shorter_than_its_future(argument, errors);
    }
    lives
}

fn shorter_than_its_future(argument: &Argument, errors: &mut Errors) {
    let name = &argument.name;
    errors.at(&argument.ty, format!("the future must hold `{name}` for another attempt, and its type says that it does not; give both one lifetime, such as `{name}: &'a str` and `BoxFuture<'a, ...>`"));
}

/// The names of the lifetimes in a type, `_` where they have none; but not those in the arguments of a function.
fn lifetimes(tokens: TokenStream) -> Vec<String> {
    let mut names = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    let mut of_a_function = false;
    while let Some(token) = tokens.next() {
        let function = std::mem::take(&mut of_a_function);
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                names.extend(tokens.peek().map(ToString::to_string));
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let has_a_name =
                    matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                names.extend((!has_a_name).then(|| "_".to_owned()));
            }
            TokenTree::Ident(ident) => {
                of_a_function = ["fn", "Fn", "FnMut", "FnOnce"].iter().any(|name| ident == name);
            }
            TokenTree::Group(group) if !function => names.extend(lifetimes(group.stream())),
            _ => {}
        }
    }
    names
}

/// `self` by value can be had once.
fn taken(method: &Method, layer: &Layer, errors: &mut Errors) {
    let (name, of) = (&method.sig.ident, &method.args.layer.places);
    let mut refuse = |policy: &'static str, because: &str| {
        let off = off(method, policy);
        let message = format!(
            "`{policy}` cannot stand on `{name}`, which takes `self` by value: {because}; {off}"
        );
        match of.value(policy, "") {
            Some(own) => errors.at(own, message),
            None => errors.at(method.sig.receiver(), message),
        }
    };
    if layer.retries() {
        refuse("retry", "it cannot be called again");
    }
    if layer.config.hedge.as_on().is_some() {
        refuse("hedge", "it cannot be called twice");
    }
    if layer.config.cache.as_on().is_some() {
        refuse("cache", "an answer from the cache would leave that out");
    }
}

/// A hedge sends the same request a second time while the first is out.
fn hedge(method: &Method, errors: &mut Errors) {
    let name = &method.sig.ident;
    let off = off(method, "hedge");
    let own = method.args.layer.places.value("hedge", "").cloned();
    let at = |part: TokenStream| own.clone().unwrap_or(part);
    if !method.is_async() {
        let message = format!(
            "`hedge` cannot stand on `{name}`, which blocks: a second request needs a thread that is free while the first is out; {off}"
        );
        errors.at(at(name.to_token_stream()), message);
    }
    if method.receiver == Receiver::Mut
        && let Some(receiver) = method.sig.receiver()
    {
        let message = format!(
            "`hedge` cannot stand on `{name}`, which needs its client for itself: two requests at once would share it; {off}"
        );
        errors.at(at(receiver.to_token_stream()), message);
    }
    for argument in &method.arguments {
        if argument.passing == Passing::Reborrow {
            let message = format!(
                "`hedge` cannot stand on `{name}`, which writes to `{}`: two requests at once would share it; {off}",
                argument.name
            );
            errors.at(at(argument.ty.to_token_stream()), message);
        }
    }
}

fn cache(method: &Method, errors: &mut Errors) {
    let name = &method.sig.ident;
    let off = off(method, "cache");
    // A mistake of the method's own attribute is shown there, one of the trait's at the part of the method that clashes.
    let own = method.args.layer.places.value("cache", "").cloned();
    let at = |part: TokenStream| own.clone().unwrap_or(part);
    if method.receiver == Receiver::Mut
        && let Some(receiver) = method.sig.receiver()
    {
        let message = format!(
            "`cache` cannot stand on `{name}`, which changes its client: an answer from the cache would leave that out; {off}"
        );
        errors.at(at(receiver.to_token_stream()), message);
    }
    if let Some(generic) = method.generic_type() {
        let message = format!(
            "`cache` cannot stand on `{name}`, which is generic: a cache holds one type of key and one type of value; {off}"
        );
        errors.at(at(generic), message);
    }
    if let Some(argument) =
        method.arguments.iter().find(|argument| argument.passing == Passing::Reborrow)
    {
        let message = format!(
            "`cache` cannot stand on `{name}`, which writes to `{}`: an answer from the cache would leave that out; {off}",
            argument.name
        );
        errors.at(at(argument.ty.to_token_stream()), message);
    }
    if borrows(method.returns.to_token_stream()) {
        let message = format!(
            "`cache` cannot stand on `{name}`, which returns a borrowed value: a cache must own what it holds; return an owned type, or {off}"
        );
        errors.at(at(method.returns.to_token_stream()), message);
    }
}

/// Whether a type borrows for less than `'static`.
fn borrows(tokens: TokenStream) -> bool {
    lifetimes(tokens).iter().any(|lifetime| lifetime != "static")
}
