//! Whether a decorator can have a trait's methods at all, with policies or without.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericParam, Safety, TypeParamBound, WherePredicate};

use crate::{
    args::Layer,
    errors::Errors,
    item::{Contract, Method, Receiver},
};

/// The decorator's own methods, which one of the trait would hide behind.
const OURS: [&str; 8] = [
    "new",
    "builder",
    "with_registry",
    "try_with_registry",
    "inner",
    "into_inner",
    "service",
    "explain",
];

/// Whether the decorator can have the method at all, with policies or without.
pub(super) fn forwardable(method: &Method, errors: &mut Errors) -> bool {
    let mut forwardable = true;
    let (sig, name) = (&method.sig, &method.sig.ident);
    if let Safety::Unsafe(token) = &sig.safety {
        errors.at(token, "an unsafe method cannot be forwarded; its conditions are the caller's to keep, so move it to a trait of its own");
        forwardable = false;
    }
    if let Some(abi) = &sig.abi {
        errors.at(
            abi,
            "a method with a foreign ABI cannot be forwarded; move it to a trait of its own",
        );
        forwardable = false;
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
        forwardable = false;
    }
    if names_self(method.sig.output.to_token_stream()) {
        errors.at(&method.returns, "`Self` is the decorator here, which the inner type cannot return; return an associated type instead");
    }
    for argument in &method.arguments {
        if names_self(argument.ty.to_token_stream()) {
            errors.at(&argument.ty, "`Self` is the decorator here, which the inner type cannot take; take an associated type instead");
        }
    }
    forwardable
}

/// Whether there is a client to protect.
pub(super) fn protectable(method: &Method, errors: &mut Errors) -> bool {
    let name = &method.sig.ident;
    if method.receiver == Receiver::None {
        errors.at(name, format!("`{name}` has no `self`, so there is no client to protect; write `#[resilient(skip)]` on it to pass it straight through"));
    }
    method.receiver != Receiver::None
}

/// Methods of the trait that would hide behind those of the decorator that are about its cache.
pub(super) fn check(of_trait: &Layer, contract: &Contract, errors: &mut Errors) {
    let cached = |method: &&Method| {
        let layer = of_trait.overlaid(&method.args.layer);
        method.is_protected() && layer.config.cache.as_on().is_some()
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

/// Whether the decorator can forward the method; if not, that was refused.
pub(crate) fn is_forwardable(method: &Method) -> bool {
    let mut types = method.arguments.iter().map(|argument| &argument.ty);
    method.receiver != Receiver::Typed
        && !types.any(|ty| names_self(ty.to_token_stream()))
        && !names_self(method.sig.output.to_token_stream())
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
