use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::{
    Attribute, FnArg, GenericParam, Meta, Pat, ReceiverKind, ReturnType, Signature, Type,
    TypeReference, ext::IdentExt, parse_quote,
};

use super::{attributes::take_resilient, future::Returned};
use crate::{
    args::MethodArgs,
    errors::Errors,
    spans::{mentions, ungrouped},
};

/// A method of an annotated trait or block, or a function.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Method {
    /// The signature as the user wrote it.
    pub(crate) sig: Signature,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) args: MethodArgs,
    /// Whether an attribute of its own says something of it.
    annotated: bool,
    /// Whether it returns the type whose block it stands in, by its name.
    pub(super) makes_its_type: bool,
    pub(crate) flavor: Flavor,
    pub(crate) receiver: Receiver,
    pub(crate) arguments: Vec<Argument>,
    /// What it answers: of a future, its output.
    pub(crate) returns: Type,
    /// Whether the type of the future that it returns says that it is `Send`.
    pub(crate) returns_send: bool,
    /// Whether the type of the future that it returns says that it borrows nothing.
    pub(crate) returns_owned: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavor {
    Async,
    /// Returns `impl Future`.
    ImplFuture,
    /// Returns `Pin<Box<dyn Future>>`.
    Boxed,
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

/// An argument of a method, under the name that the expansion gives it.
pub(crate) struct Argument {
    pub(crate) name: Ident,
    /// What the user's body knows it by, if that is not the name alone.
    pub(crate) pattern: Option<Pat>,
    pub(crate) ty: Type,
    pub(crate) passing: Passing,
    /// Whether each attempt takes it: a body that is seen may leave it alone.
    pub(crate) taken: bool,
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
    pub(super) fn parse(attrs: &mut Vec<Attribute>, sig: &Signature, errors: &mut Errors) -> Self {
        let ours = take_resilient(attrs, errors);
        for again in ours.iter().skip(1) {
            errors.at(again, "a second `#[resilient]` on one method; write everything in one");
        }
        let annotated = !ours.is_empty();
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
        Self { annotated, ..Self::new(attrs.clone(), sig, args) }
    }

    pub(super) fn new(attrs: Vec<Attribute>, sig: &Signature, args: MethodArgs) -> Self {
        let returned = match &sig.output {
            ReturnType::Type(_, ty) if sig.asyncness.is_none() => Returned::of(ty),
            _ => None,
        };
        let (flavor, returns, returns_send, returns_owned) = match (returned, &sig.output) {
            (Some(Returned { flavor, output, sends, owns }), _) => (flavor, output, sends, owns),
            (None, output) => {
                let returns = match output {
                    // Nothing was written that could be pointed at but the name.
                    ReturnType::Default => {
                        let nothing = quote::quote_spanned!(sig.ident.span()=> ());
                        parse_quote!(#nothing)
                    }
                    ReturnType::Type(_, ty) => ungrouped(ty).clone(),
                };
                let flavor = if sig.asyncness.is_some() { Flavor::Async } else { Flavor::Blocking };
                (flavor, returns, false, false)
            }
        };
        Self {
            flavor,
            receiver: receiver(sig),
            arguments: arguments(sig),
            returns,
            returns_send,
            returns_owned,
            attrs,
            args,
            annotated: true,
            makes_its_type: false,
            sig: sig.clone(),
        }
    }

    /// Finds what the body leaves alone: it is there for a key, say, and need not be cloned.
    pub(super) fn leave_unused(&mut self, body: &TokenStream) {
        for argument in &mut self.arguments {
            argument.taken = match &argument.pattern {
                None => mentions(body.clone(), &argument.name.to_string()),
                Some(pattern) => !matches!(pattern, Pat::Wild(_)),
            };
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

    /// Whether policies stand around it.
    pub(crate) fn is_protected(&self) -> bool {
        self.args.skip.is_none() && (self.annotated || !self.is_infallible())
    }

    /// Whether it answers by a future.
    pub(crate) fn is_async(&self) -> bool {
        self.flavor != Flavor::Blocking
    }

    /// Whether it cannot fail, so that no policy has anything to do: it blocks, and what it returns is no `Result` under
    /// any name.
    fn is_infallible(&self) -> bool {
        self.flavor == Flavor::Blocking
            && match &self.returns {
                _ if self.makes_its_type => true,
                Type::Path(path) if path.qself.is_none() => {
                    path.path.segments.last().is_some_and(|last| {
                        INFALLIBLE.iter().chain(&COPIED).any(|name| last.ident == name)
                    })
                }
                Type::Reference(_)
                | Type::Tuple(_)
                | Type::Array(_)
                | Type::Ptr(_)
                | Type::FnPtr(_)
                | Type::ImplTrait(_)
                | Type::Never(_) => true,
                _ => false,
            }
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
        .map(|(position, typed)| {
            let (name, pattern) = match &*typed.pat {
                Pat::Ident(pat) if pat.subpat.is_none() => {
                    let plain = pat.by_ref.is_none() && pat.mutability.is_none();
                    (pat.ident.clone(), (!plain).then(|| (*typed.pat).clone()))
                }
                // A pattern has no one name; it stays with the body that needs it.
                pattern => {
                    let name = format_ident!("arg{}", position + 1, span = Span::mixed_site());
                    (name, Some(pattern.clone()))
                }
            };
            let ty = ungrouped(&typed.ty);
            let cfgs = typed.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
            Argument {
                name,
                pattern,
                ty: ty.clone(),
                passing: passing(ty),
                taken: true,
                cfgs: cfgs.cloned().collect(),
            }
        })
        .collect()
}

/// Names that no alias of `Result` has.
const INFALLIBLE: [&str; 10] =
    ["Self", "String", "Option", "Vec", "Duration", "Arc", "Rc", "Box", "HashMap", "PathBuf"];

const COPIED: [&str; 16] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32",
    "u64", "u128", "usize",
];

fn passing(ty: &Type) -> Passing {
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
