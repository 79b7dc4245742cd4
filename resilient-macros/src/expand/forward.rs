//! The decorator's implementation of the trait.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, FnArg, GenericParam, Meta, Pat, PatIdent, Signature, Token, parse_quote};

use super::{
    Expansion, lookup, needs,
    pipeline::{self, Loop},
};
use crate::{
    check,
    item::{Flavor, Method, Receiver},
    spans::located,
};

/// ```text
/// Output:  impl<T> ScoutApi for ResilientScoutApi<T> where T: ScoutApi + Sync { ... }
/// ```
pub(super) fn expand(expansion: &Expansion<'_>) -> TokenStream {
    let Expansion { contract, inner, .. } = expansion;
    if !contract.whole {
        return TokenStream::new();
    }
    let (item, decorator) = (&contract.original, &contract.decorator);
    let mut generics = item.generics.clone();
    generics.params.push(parse_quote!(#inner));
    for param in &mut generics.params {
        match param {
            GenericParam::Type(param) => param.default = None,
            GenericParam::Const(param) => param.default = None,
            GenericParam::Lifetime(_) => {}
        }
    }
    let predicates = needs::predicates(expansion);
    generics.make_where_clause().predicates.extend(predicates);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, trait_generics, _) = item.generics.split_for_impl();
    let name = &item.ident;
    let cfgs = item.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let lints = item.attrs.iter().filter_map(lint_level);
    let (async_trait, unsafety) = (&contract.async_trait, &item.unsafety);
    let items = items(expansion);
    quote! {
        #(#cfgs)*
        #(#lints)*
        #async_trait
        #[automatically_derived]
        // rustc takes `fn(&str)` in a return type for a refinement (rust-lang/rust#121718).
        #[allow(refining_impl_trait)]
        #unsafety impl #impl_generics #name #trait_generics for #decorator<#inner> #where_clause {
            #items
        }
    }
}

fn items(expansion: &Expansion<'_>) -> TokenStream {
    let Expansion { contract, inner, .. } = expansion;
    let (_, trait_generics, _) = contract.original.generics.split_for_impl();
    let name = &contract.original.ident;
    let types = contract.types().map(|item| {
        let (cfgs, ident) = (item.attrs.iter().filter(|attr| attr.path().is_ident("cfg")), &item.ident);
        let (impl_generics, ty_generics, where_clause) = item.generics.split_for_impl();
        quote!(#(#cfgs)* type #ident #impl_generics = <#inner as #name #trait_generics>::#ident #ty_generics #where_clause;)
    });
    let consts = contract.consts().map(|item| {
        let (cfgs, ident, ty) =
            (item.attrs.iter().filter(|attr| attr.path().is_ident("cfg")), &item.ident, &item.ty);
        quote!(#(#cfgs)* const #ident: #ty = <#inner as #name #trait_generics>::#ident;)
    });
    let methods = contract.methods.iter().map(|method| {
        let attrs = attributes(method);
        let sig = signature(method);
        let body = if expansion.decorates(method) {
            protected(expansion, method)
        } else {
            straight(expansion, method)
        };
        quote!(#(#attrs)* #sig { #body })
    });
    quote!(#(#types)* #(#consts)* #(#methods)*)
}

/// The attributes that go with a method wherever it goes.
pub(super) fn attributes(method: &Method) -> Vec<TokenStream> {
    let deprecated = method.attrs.iter().any(|attr| attr.path().is_ident("deprecated"));
    let lints = method.attrs.iter().filter_map(lint_level);
    let cfgs = method.cfgs().into_iter().map(ToTokens::to_token_stream);
    let deprecated = deprecated.then(|| quote!(#[allow(deprecated)]));
    cfgs.chain(lints).chain(deprecated).chain(underscored(method)).collect()
}

/// For code of ours that uses an argument whose name says that it is not used.
pub(super) fn underscored(method: &Method) -> Option<TokenStream> {
    let mut names = method.arguments.iter().map(|argument| argument.name.to_string());
    names
        .any(|name| name.starts_with('_'))
        .then(|| quote!(#[allow(clippy::used_underscore_binding)]))
}

/// A lint level as it holds for generated code: what is expected of the user's code may not happen in ours.
pub(super) fn lint_level(attr: &Attribute) -> Option<TokenStream> {
    let Meta::List(list) = &attr.meta else { return None };
    let lints = &list.tokens;
    if list.path.is_ident("expect") {
        return Some(quote!(#[allow(#lints)]));
    }
    ["allow", "warn", "deny", "forbid"]
        .iter()
        .any(|level| list.path.is_ident(level))
        .then(|| quote!(#attr))
}

/// Writes a signature that returns a future as `async fn`.
pub(super) fn make_async(method: &Method, sig: &mut Signature) {
    let returns = &method.returns;
    sig.asyncness = Some(Token![async](located(&sig.fn_token)));
    sig.output = parse_quote!(-> #returns);
}

/// The user's signature, each argument under one name.
pub(super) fn signature(method: &Method) -> Signature {
    let mut sig = method.sig.clone();
    if method.flavor == Flavor::ImplFuture {
        make_async(method, &mut sig);
    }
    let mut arguments = method.arguments.iter();
    for input in &mut sig.inputs {
        match input {
            FnArg::Receiver(receiver) if method.receiver == Receiver::Value => {
                receiver.mutability = None;
            }
            FnArg::Receiver(_) => {}
            FnArg::Typed(typed) => {
                typed.attrs.retain(|attr| attr.path().is_ident("cfg"));
                if let Some(argument) = arguments.next() {
                    let ident = argument.name.clone();
                    let pat = PatIdent {
                        attrs: Vec::new(),
                        by_ref: None,
                        mutability: None,
                        ident,
                        subpat: None,
                    };
                    *typed.pat = Pat::Ident(pat);
                }
            }
        }
    }
    sig
}

/// A method that passes straight through.
///
/// ```text
/// Output:  ScoutApi::version(&self.inner).await
/// ```
fn straight(expansion: &Expansion<'_>, method: &Method) -> TokenStream {
    if !check::is_forwardable(method) {
        // Refused; what stands here only keeps the error from having company.
        return quote!(::core::unimplemented!());
    }
    let invocation = inner(expansion, method);
    let waits = matches!(method.flavor, Flavor::Async | Flavor::ImplFuture);
    let wait = waits.then(|| quote!(.await));
    quote!(#invocation #wait)
}

/// A method behind its policies.
fn protected(expansion: &Expansion<'_>, method: &Method) -> TokenStream {
    let (layer, this, name) = (expansion.layer(method), this(method), &method.sig.ident);
    let body = pipeline::expand(&Loop {
        krate: expansion.krate,
        method,
        begins_in: quote!(#this.#name),
        around: lookup::around(&expansion.contract.original.generics),
        before: TokenStream::new(),
        request: inner(expansion, method),
        of_trait: Some(trait_path(expansion)),
        backup: Some({
            let field = expansion.backup_field();
            quote!(#this.#field)
        }),
        refresh: lookup::refresh(expansion, method, &layer, &pipeline::call()),
        layer,
    });
    match method.flavor {
        Flavor::Boxed => quote!(::std::boxed::Box::pin(async move { #body })),
        Flavor::Async | Flavor::ImplFuture | Flavor::Blocking => body,
    }
}

/// The method of the inner type.
fn inner(expansion: &Expansion<'_>, method: &Method) -> TokenStream {
    let receiver = this(method).map(|this| match method.receiver {
        Receiver::Ref => quote!(&#this.inner),
        Receiver::Mut => quote!(&mut #this.inner),
        Receiver::Value | Receiver::Typed | Receiver::None => quote!(#this.inner),
    });
    invocation(expansion, method, receiver)
}

/// The trait, as its methods are called.
fn trait_path(expansion: &Expansion<'_>) -> TokenStream {
    let item = &expansion.contract.original;
    let (name, (_, generics, _)) = (&item.ident, item.generics.split_for_impl());
    let generics = generics.as_turbofish();
    quote!(#name #generics)
}

/// A call by the trait's name: a method of the same name elsewhere is no rival.
pub(super) fn invocation(
    expansion: &Expansion<'_>,
    method: &Method,
    receiver: Option<TokenStream>,
) -> TokenStream {
    let of_trait = match receiver {
        Some(_) => trait_path(expansion),
        None => {
            let (parameter, trait_name) = (&expansion.inner, &expansion.contract.original.ident);
            let (_, generics, _) = expansion.contract.original.generics.split_for_impl();
            quote!(<#parameter as #trait_name #generics>)
        }
    };
    pipeline::invocation(&of_trait, method, receiver)
}

/// `self`, as the user wrote it.
pub(super) fn this(method: &Method) -> Option<TokenStream> {
    method.sig.receiver().map(|receiver| receiver.self_token.to_token_stream())
}
