//! Attributes on what was annotated: ours, and those of others.

use proc_macro2::TokenTree;
use syn::{Attribute, Meta};

use crate::errors::Errors;

/// Whether an attribute's path ends in `name`.
pub(crate) fn is_named(attr: &Attribute, name: &str) -> bool {
    attr.path().segments.last().is_some_and(|segment| segment.ident == name)
}

/// Our own attribute in a `cfg_attr`.
fn in_cfg_attr(attr: &Attribute) -> Option<TokenTree> {
    let Meta::List(list) = &attr.meta else { return None };
    let ours = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "resilient");
    list.path.is_ident("cfg_attr").then(|| list.tokens.clone().into_iter().skip(1).find(ours))?
}

/// Takes our own attributes off a method.
pub(super) fn take_resilient(attrs: &mut Vec<Attribute>, errors: &mut Errors) -> Vec<Attribute> {
    attrs.retain(|attr| {
        let conditional = in_cfg_attr(attr);
        if let Some(ours) = &conditional {
            errors.at(ours, "whether a `cfg_attr` holds is not known here yet; write the method twice, each time below a `#[cfg(...)]`, with `#[resilient(...)]` on one of them");
        }
        conditional.is_none()
    });
    let (ours, theirs) = attrs.drain(..).partition(|attr| is_named(attr, "resilient"));
    *attrs = theirs;
    ours
}

/// Takes further attributes of ours off what one stands on.
pub(super) fn refuse_second(attrs: &mut Vec<Attribute>, on: &str, errors: &mut Errors) {
    for second in attrs.iter().filter(|attr| is_named(attr, "resilient")) {
        errors.at(second, format!("a second `#[resilient]` on one {on}; write everything in one"));
    }
    attrs.retain(|attr| !is_named(attr, "resilient"));
}
