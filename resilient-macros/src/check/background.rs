//! A refresh in the background outlives the call that saw it was due, so it must own everything that it needs.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Type};

use crate::{
    args::{Args, Layer},
    errors::Errors,
    item::{Argument, Contract, Method, Passing},
};

pub(super) fn check(args: &Args, contract: &Contract, methods: &[&Method], errors: &mut Errors) {
    let wants = |layer: &Layer| layer.rules.background == Some(true);
    let of_trait = &args.layer;
    let (mut used, mut wanted) = (false, wants(of_trait));
    for method in methods {
        let own = &method.args.layer;
        let layer = of_trait.overlaid(own);
        if layer.refreshes_in_background() {
            used |= !wants(own);
            wanted |= wants(own);
            of_method(method, errors);
        } else if wants(own) && layer.places.value("cache", "refresh").is_none() {
            errors.at(place(own).unwrap_or_default(), WITHOUT_REFRESH);
        }
    }
    if wants(of_trait) && !used && of_trait.places.value("cache", "refresh").is_none() {
        errors.at(place(of_trait).unwrap_or_default(), WITHOUT_REFRESH);
    }
    if !wanted {
        return;
    }
    let place = place(of_trait).unwrap_or_else(|| contract.original.ident.to_token_stream());
    if !args.send {
        errors.at(place, "`background` spawns the method's future, which `send = false` keeps on its thread; leave one of them out");
    } else if contract.original.generics.params.iter().any(is_type) {
        errors.at(place, "`background` needs a trait without type parameters, whose values may be borrowed; leave it out");
    }
}

const WITHOUT_REFRESH: &str = "`background` says how an answer is loaded anew, and nothing says from which age on; write it, such as `refresh = \"4m\"`";

fn place(layer: &Layer) -> Option<TokenStream> {
    layer.places.value("cache", "background").cloned()
}

fn is_type(param: &GenericParam) -> bool {
    matches!(param, GenericParam::Type(_))
}

fn of_method(method: &Method, errors: &mut Errors) {
    if !method.is_async() {
        errors.at(&method.sig.ident, "a load in the background is a task, which a method that blocks would hold up; write `cache(background = false)`");
    }
    for argument in &method.arguments {
        if argument.passing == Passing::Reborrow || borrows(argument) {
            errors.at(&argument.ty, "a load in the background outlives the call, so it cannot hold what is borrowed here; pass a plain reference or a value, or write `cache(background = false)`");
        }
    }
}

/// Whether something within the type is borrowed: not a reference as a whole, which can be owned.
fn borrows(argument: &Argument) -> bool {
    let within = match &argument.ty {
        Type::Reference(reference) => &reference.elem,
        ty => ty,
    };
    mentions_a_borrow(within.to_token_stream())
}

fn mentions_a_borrow(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match &token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => true,
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                !matches!(tokens.peek(), Some(TokenTree::Ident(name)) if name == "static")
            }
            TokenTree::Ident(ident) => ident == "impl",
            TokenTree::Group(group) => mentions_a_borrow(group.stream()),
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}
