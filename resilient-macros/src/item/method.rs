use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::{
    Attribute, FnArg, GenericParam, Meta, Pat, ReceiverKind, ReturnType, Signature, TraitItemFn,
    Type, TypeReference, ext::IdentExt, parse_quote,
};

use super::contract::take_resilient;
use crate::{
    args::MethodArgs,
    errors::Errors,
    spans::{mentions, ungrouped},
};

/// A method of an annotated trait.
pub(crate) struct Method {
    /// The signature as the user wrote it.
    pub(crate) sig: Signature,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) args: MethodArgs,
    pub(crate) flavor: Flavor,
    pub(crate) receiver: Receiver,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) returns: Type,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavor {
    Async,
    /// Not declared `async`: a blocking method, or one that returns a future of its own.
    Blocking,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    Ref,
    Mut,
    Value,
    /// `self: Box<Self>` and the like.
    Typed,
    /// An associated function.
    None,
}

/// An argument of a method, under the name that the decorator gives it.
pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) passing: Passing,
    pub(crate) cfgs: Vec<Attribute>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    /// A shared reference, or a type that is copied: it can be passed again and again.
    Again,
    /// An exclusive reference, which is borrowed anew for each attempt.
    Reborrow,
    /// Any other value: it is moved, or cloned.
    Value,
}

impl Method {
    /// Reads a method, and takes our attributes off it.
    pub(super) fn parse(function: &mut TraitItemFn, errors: &mut Errors) -> Self {
        let ours = take_resilient(function, errors);
        for again in ours.iter().skip(1) {
            errors.at(again, "a second `#[resilient]` on one method; write everything in one");
        }
        let args = match ours.first().map(|attr| &attr.meta) {
            None => MethodArgs::default(),
            Some(Meta::List(list)) if !list.tokens.is_empty() => {
                MethodArgs::parse(list.tokens.clone(), errors)
            }
            Some(other) => {
                errors.at(other, "this says nothing; write what changes for the method, such as `#[resilient(retry = off)]`");
                MethodArgs::default()
            }
        };
        let sig = function.sig.clone();
        Self {
            flavor: if sig.asyncness.is_some() { Flavor::Async } else { Flavor::Blocking },
            receiver: receiver(&sig),
            arguments: arguments(&sig),
            returns: match &sig.output {
                // Nothing was written that could be pointed at but the name.
                ReturnType::Default => {
                    let nothing = quote::quote_spanned!(sig.ident.span()=> ());
                    parse_quote!(#nothing)
                }
                ReturnType::Type(_, ty) => ungrouped(ty).clone(),
            },
            attrs: function.attrs.clone(),
            args,
            sig,
        }
    }

    /// The method's name as text.
    pub(crate) fn name(&self) -> String {
        self.sig.ident.unraw().to_string()
    }

    /// The first generic parameter that stands for a type, `impl Trait` arguments included.
    pub(crate) fn generic_type(&self) -> Option<TokenStream> {
        let named = self
            .sig
            .generics
            .params
            .iter()
            .find(|param| !matches!(param, GenericParam::Lifetime(_)));
        let unnamed = || {
            self.arguments
                .iter()
                .find(|argument| mentions_impl(&argument.ty))
                .map(|argument| &argument.ty)
        };
        named.map(ToTokens::to_token_stream).or_else(|| unnamed().map(ToTokens::to_token_stream))
    }

    /// `#[cfg]`s, which go wherever the method goes.
    pub(crate) fn cfgs(&self) -> Vec<&Attribute> {
        self.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect()
    }
}

pub(crate) fn mentions_impl(ty: &Type) -> bool {
    mentions(ty.to_token_stream(), "impl")
}

fn receiver(sig: &Signature) -> Receiver {
    match sig.receiver() {
        None => Receiver::None,
        Some(receiver) => match &receiver.kind {
            ReceiverKind::Value => Receiver::Value,
            ReceiverKind::Reference(_, _, None) => Receiver::Ref,
            ReceiverKind::Reference(_, _, Some(_)) => Receiver::Mut,
            _ => Receiver::Typed,
        },
    }
}

fn arguments(sig: &Signature) -> Vec<Argument> {
    let typed = sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    typed
        .enumerate()
        .map(|(position, typed)| Argument {
            name: match &*typed.pat {
                Pat::Ident(pat) if pat.subpat.is_none() => pat.ident.clone(),
                // A pattern has no one name; it stays in the trait, with the default body that needs it.
                _ => format_ident!("arg{}", position + 1, span = Span::mixed_site()),
            },
            ty: ungrouped(&typed.ty).clone(),
            passing: passing(ungrouped(&typed.ty)),
            cfgs: typed.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect(),
        })
        .collect()
}

fn passing(ty: &Type) -> Passing {
    const COPIED: [&str; 16] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16",
        "u32", "u64", "u128", "usize",
    ];
    match ty {
        Type::Reference(TypeReference { mutability: Some(_), .. }) => Passing::Reborrow,
        Type::Reference(_) => Passing::Again,
        Type::Path(path)
            if path
                .path
                .get_ident()
                .is_some_and(|name| COPIED.iter().any(|copied| name == copied)) =>
        {
            Passing::Again
        }
        _ => Passing::Value,
    }
}
