//! Every refusal that is more than a matter of one value's form.

mod answers;
mod background;
mod keys;
mod likely;
mod stale;
mod weight;

use std::collections::HashSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use resilient_policy::{Parameter, Problem};
use syn::{GenericParam, Safety, TypeParamBound, WherePredicate};

use crate::{
    args::{Layer, TraitArgs},
    errors::Errors,
    item::{Contract, Flavor, Method, Passing, Receiver},
    spans::mentions,
};

pub(crate) use self::likely::{Likely, allows, likely};

/// The decorator's own methods, which one of the trait would hide behind.
const OURS: [&str; 7] =
    ["new", "builder", "with_registry", "try_with_registry", "inner", "into_inner", "service"];

pub(crate) fn contract(args: &TraitArgs, contract: &Contract, errors: &mut Errors) {
    let item = &contract.original;
    if let Some(unsafety) = &item.unsafety {
        errors.at(unsafety, "an unsafe trait cannot be decorated; its promise is the implementor's to make, so write the decorator by hand");
    }
    if let Some(auto) = &item.modifiers.auto_token {
        errors.at(auto, "an auto trait has no methods to decorate; take the attribute off");
    }
    parameters(&args.layer, contract, errors);
    rules(&args.layer, contract, errors);
    if contract.methods.iter().any(boxed_by_async_trait) {
        let message = "`#[resilient]` stands below `#[async_trait]` and no longer sees the `async`; write it above";
        errors.at(&item.ident, message);
        return;
    }
    keys::check(&args.layer, contract, errors);
    stale::check(&args.layer, contract, errors);
    answers::check(&args.layer, contract, errors);
    background::check(args, contract, errors);
    weight::check(&args.layer, contract, errors);
    names_of_the_cache(&args.layer, contract, errors);
    for method in &contract.methods {
        forwardable(method, errors);
        if method.args.skip.is_none() && decorable(method, errors) {
            policies(method, &args.layer.overlaid(&method.args.layer), errors);
        }
    }
}

/// Values out of their range or at odds, those of the trait once and those of a method at the method.
fn parameters(of_trait: &Layer, contract: &Contract, errors: &mut Errors) {
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
    for method in contract.methods.iter().filter(|method| method.args.skip.is_none()) {
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
fn rules(of_trait: &Layer, contract: &Contract, errors: &mut Errors) {
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
    for method in contract.methods.iter().filter(|method| method.args.skip.is_none()) {
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

/// Whether the decorator can have the method at all, with policies or without.
fn forwardable(method: &Method, errors: &mut Errors) {
    let (sig, name) = (&method.sig, &method.sig.ident);
    if let Safety::Unsafe(token) = &sig.safety {
        errors.at(token, "an unsafe method cannot be forwarded; its conditions are the caller's to keep, so move it to a trait of its own");
    }
    if let Some(abi) = &sig.abi {
        errors.at(
            abi,
            "a method with a foreign ABI cannot be forwarded; move it to a trait of its own",
        );
    }
    if OURS.iter().any(|ours| name == ours) {
        errors.at(
            name,
            format!("the decorator has a method `{name}` of its own; give this one another name"),
        );
    }
    if method.receiver == Receiver::Typed
        && let Some(receiver) = sig.receiver()
    {
        errors.at(receiver, "this `self` is a pointer to the decorator, which the inner type does not have; write `&self` or `&mut self`");
    }
    if names_self(method.returns.to_token_stream()) {
        errors.at(&method.returns, "`Self` is the decorator here, which the inner type cannot return; return an associated type instead");
    }
    for argument in &method.arguments {
        if names_self(argument.ty.to_token_stream()) {
            errors.at(&argument.ty, "`Self` is the decorator here, which the inner type cannot take; take an associated type instead");
        }
    }
}

/// Methods of the trait that would hide behind those of the decorator that are about its cache.
fn names_of_the_cache(of_trait: &Layer, contract: &Contract, errors: &mut Errors) {
    let cached = |method: &&Method| {
        let layer = of_trait.overlaid(&method.args.layer);
        method.args.skip.is_none() && layer.config.cache.as_on().is_some()
    };
    let refreshed = |method: &&Method| {
        cached(method) && of_trait.overlaid(&method.args.layer).refreshes_in_background()
    };
    let refreshed: Vec<_> = contract.methods.iter().filter(refreshed).map(Method::name).collect();
    let cached: Vec<_> = contract.methods.iter().filter(&cached).map(Method::name).collect();
    for method in contract.methods.iter().filter(|_| !cached.is_empty()) {
        let name = method.name();
        let about = |prefix| name.strip_prefix(prefix).map(str::to_owned);
        let of_one = |about: Option<String>| about.is_some_and(|about| cached.contains(&about));
        if name == "invalidate_all"
            || of_one(about("invalidate_"))
            || of_one(about("warm_"))
            || about("refresh_").is_some_and(|about| refreshed.contains(&about))
        {
            let message = format!(
                "the decorator has a method `{name}` of its own, for what is in the cache; give this one another name"
            );
            errors.at(&method.sig.ident, message);
        }
    }
}

/// `Self` alone, not as the beginning of `Self::Error`.
fn names_self(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                !matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':')
            }
            TokenTree::Group(group) => names_self(group.stream()),
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}

/// Whether `#[async_trait]` has been here: it names the lifetime of the futures that it boxes.
fn boxed_by_async_trait(method: &Method) -> bool {
    method.sig.generics.lifetimes().any(|param| param.lifetime.ident == "async_trait")
}

/// Whether the decorator can forward the method; if not, that was refused.
pub(crate) fn is_forwardable(method: &Method) -> bool {
    let types = method.arguments.iter().map(|argument| &argument.ty).chain([&method.returns]);
    method.receiver != Receiver::Typed
        && !types.into_iter().any(|ty| names_self(ty.to_token_stream()))
}

/// Whether policies can stand around the method.
fn decorable(method: &Method, errors: &mut Errors) -> bool {
    let name = &method.sig.ident;
    let skip = "write `#[resilient(skip)]` on it to pass it straight through";
    let refused = method.sig.abi.is_some() || matches!(method.sig.safety, Safety::Unsafe(_));
    let reason = match (method.receiver, method.flavor) {
        _ if refused => return false,
        (Receiver::Typed, _) => return false,
        (Receiver::None, _) => {
            format!("`{name}` has no `self`, so there is no client to protect; {skip}")
        }
        (Receiver::Value, _) => {
            format!("`{name}` takes `self` by value, so it cannot be called again; {skip}")
        }
        (_, Flavor::Blocking) => {
            format!(
                "`{name}` is not `async`, and this version puts policies on async methods only; {skip}"
            )
        }
        (Receiver::Ref | Receiver::Mut, Flavor::Async) => {
            if mentions(method.returns.to_token_stream(), "impl") {
                errors.at(&method.returns, "a policy must be able to name what the method returns; write the type instead of `impl`");
                return false;
            }
            return true;
        }
    };
    errors.at(name, reason);
    false
}

/// Policies that cannot work on this method.
fn policies(method: &Method, layer: &Layer, errors: &mut Errors) {
    if layer.config.hedge.as_on().is_some() {
        hedge(method, errors);
    }
    if layer.config.cache.as_on().is_some() {
        cache(method, errors);
    }
}

/// A hedge sends the same request a second time while the first is out.
fn hedge(method: &Method, errors: &mut Errors) {
    let name = &method.sig.ident;
    let off = "write `#[resilient(hedge = off)]` on it";
    let own = method.args.layer.places.value("hedge", "").cloned();
    let at = |part: TokenStream| own.clone().unwrap_or(part);
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
    let off = "write `#[resilient(cache = off)]` on it";
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
    let mut after_quote = false;
    let mut borrowed = false;
    let mut after_ampersand = false;
    let mut after_fn = false;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) => {
                borrowed |= after_ampersand && punct.as_char() != '\'';
                after_quote = punct.as_char() == '\'';
                after_ampersand = punct.as_char() == '&';
                continue;
            }
            TokenTree::Ident(ident) => {
                borrowed |= after_quote && ident != "static";
                borrowed |= after_ampersand;
                after_fn = ["fn", "Fn", "FnMut", "FnOnce"].iter().any(|name| ident == name);
                (after_quote, after_ampersand) = (false, false);
                continue;
            }
            // What a function takes, it does not hold.
            TokenTree::Group(_) if after_fn => {}
            TokenTree::Group(group) => borrowed |= after_ampersand || borrows(group.stream()),
            TokenTree::Literal(_) => {}
        }
        (after_quote, after_ampersand, after_fn) = (false, false, false);
    }
    borrowed
}

/// Supertraits that the decorator cannot inherit from the inner type by its fields alone.
pub(crate) fn foreign_supertraits(contract: &Contract) -> Vec<&TypeParamBound> {
    const INHERITED: [&str; 7] = ["Send", "Sync", "Unpin", "Sized", "Clone", "Debug", "UnwindSafe"];
    contract
        .original
        .supertraits
        .iter()
        .filter(|bound| match bound {
            TypeParamBound::Trait(bound) => bound
                .path
                .segments
                .last()
                .is_none_or(|last| !INHERITED.iter().any(|name| last.ident == name)),
            _ => false,
        })
        .collect()
}

/// Whether a method can only be called on a type that is `Sized`.
pub(crate) fn needs_sized(method: &Method) -> bool {
    let predicates = method.sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let sized = predicates.filter(|predicate| matches!(predicate, WherePredicate::Type(_))).any(
        |predicate| {
            let text = quote!(#predicate).to_string();
            text.starts_with("Self") && text.contains("Sized")
        },
    );
    sized
        || method.receiver == Receiver::None
        || method
            .sig
            .generics
            .params
            .iter()
            .any(|param| !matches!(param, GenericParam::Lifetime(_)))
}
