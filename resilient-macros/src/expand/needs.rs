//! What the decorator's implementation asks of the inner type.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{GenericArgument, PathArguments, Type, WherePredicate, parse_quote};

use super::{
    Expansion,
    pipeline::{clones, repeats},
};
use crate::{check, item::Passing};

/// What the inner type must be, and what its associated types must be where the policies handle them.
pub(super) fn predicates(expansion: &Expansion<'_>) -> Vec<WherePredicate> {
    let Expansion { contract, inner, krate, .. } = expansion;
    let (_, trait_generics, _) = contract.original.generics.split_for_impl();
    let (name, decorator) = (&contract.original.ident, &contract.decorator);
    let bounds = expansion.inner_bounds();
    let mut predicates: Vec<WherePredicate> =
        vec![parse_quote!(#inner: #name #trait_generics #bounds)];
    if expansion.decorated().any(|method| expansion.layer(method).refreshes_in_background()) {
        // A load in the background has a decorator of its own.
        predicates.push(parse_quote! {
            #inner: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static
        });
    }
    let supertraits = check::foreign_supertraits(contract);
    if !supertraits.is_empty() {
        predicates.push(parse_quote!(#decorator<#inner>: #(#supertraits)+*));
    }
    let mut needs: Vec<(Ident, Vec<TokenStream>)> = Vec::new();
    let mut need = |ty: Option<Ident>, bound: TokenStream| {
        let Some(ty) = ty else { return };
        match needs.iter_mut().find(|(there, _)| *there == ty) {
            Some((_, bounds))
                if bounds.iter().any(|same| same.to_string() == bound.to_string()) => {}
            Some((_, bounds)) => bounds.push(bound),
            None => needs.push((ty, vec![bound])),
        }
    };
    for method in expansion.decorated() {
        let send = expansion.sends(method);
        let and_send = send.then(|| quote!(+ ::core::marker::Send));
        let layer = expansion.layer(method);
        let cache = layer.config.cache.as_on();
        let (value, error) = result_types(&method.returns);
        need(
            error.and_then(associated),
            quote!(::core::convert::From<#krate::Rejection> + #krate::Classify #and_send),
        );
        if cache.is_some_and(|cache| cache.negative.is_some()) {
            need(error.and_then(associated), quote!(#krate::CacheError));
        }
        match cache.map(|cache| cache.disk) {
            Some(disk) => {
                need(value.and_then(associated), quote!(#krate::CacheValue));
                if disk.is_some() {
                    need(value.and_then(associated), quote!(#krate::DiskValue));
                }
            }
            None if send => need(value.and_then(associated), quote!(::core::marker::Send)),
            None => {}
        }
        for argument in &method.arguments {
            let ty = associated(referent(&argument.ty));
            if cache.is_some() && layer.rules.cache_key.is_none() {
                need(ty.clone(), quote!(#krate::KeyPart));
            }
            if clones(&layer, argument) || repeats(&layer, argument) {
                need(ty.clone(), quote!(::core::clone::Clone));
            }
            match argument.passing {
                _ if !send => {}
                Passing::Again => need(ty, quote!(::core::marker::Sync)),
                Passing::Reborrow => need(ty, quote!(::core::marker::Send)),
                // Held by value, and borrowed for the key or for a clone.
                Passing::Value => need(ty, quote!(::core::marker::Send + ::core::marker::Sync)),
            }
        }
    }
    predicates.extend(needs.into_iter().map(|(ty, bounds)| -> WherePredicate {
        parse_quote!(<#inner as #name #trait_generics>::#ty: #(#bounds)+*)
    }));
    predicates
}

/// The value and the error of a type that is written as a result: `Result<T, E>`, or an alias with one parameter.
fn result_types(ty: &Type) -> (Option<&Type>, Option<&Type>) {
    let Type::Path(path) = ty else { return (None, None) };
    let Some(PathArguments::AngleBracketed(args)) =
        path.path.segments.last().map(|last| &last.arguments)
    else {
        return (None, None);
    };
    let mut types = args.args.iter().filter_map(|arg| match arg {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    (types.next(), types.next())
}

pub(super) fn referent(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => &reference.elem,
        ty => ty,
    }
}

/// `X`, where the type is `Self::X`.
pub(super) fn associated(ty: &Type) -> Option<Ident> {
    let Type::Path(path) = ty else { return None };
    let mut segments = path.path.segments.iter();
    let (first, second) = (segments.next()?, segments.next()?);
    let plain = path.qself.is_none() && first.ident == "Self" && segments.next().is_none();
    (plain && second.arguments.is_none()).then(|| second.ident.clone())
}
