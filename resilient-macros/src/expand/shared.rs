use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::Expansion;
use crate::{
    check,
    item::{Flavor, Receiver, is_named},
};

/// A dyn-compatible trait behind a pointer, so that the decorator can wrap an `Arc<dyn Trait>`. Only for traits under
/// `#[async_trait]`, which are made to be used that way; left to `#[auto_impl]` where that stands on the trait.
///
/// ```text
/// Output:  impl<T> Api for Arc<T> where T: Api + Send + Sync + ?Sized { ... }
/// ```
pub(super) fn expand(expansion: &Expansion<'_>) -> TokenStream {
    let Expansion { contract, inner, .. } = expansion;
    let Some(async_trait) = contract.async_trait.as_ref().filter(|_| contract.whole) else {
        return TokenStream::new();
    };
    let item = &contract.original;
    let forwards = contract
        .methods
        .iter()
        .all(|method| method.receiver == Receiver::Ref && !check::needs_sized(method));
    let dyn_compatible = item.generics.params.is_empty() && contract.consts().next().is_none();
    if !forwards || !dyn_compatible || item.attrs.iter().any(|attr| is_named(attr, "auto_impl")) {
        return TokenStream::new();
    }
    let (name, bounds) = (&item.ident, expansion.inner_bounds());
    let supertraits = check::foreign_supertraits(contract);
    let supertraits =
        (!supertraits.is_empty()).then(|| quote!(::std::sync::Arc<#inner>: #(#supertraits)+*,));
    let types = contract.types().map(|item| {
        let ident = &item.ident;
        quote!(type #ident = <#inner as #name>::#ident;)
    });
    let methods = contract.methods.iter().map(|method| {
        let (sig, ident) = (&method.sig, &method.sig.ident);
        let cfgs = method.cfgs();
        let this = sig.receiver().map(|receiver| receiver.self_token.to_token_stream());
        let arguments = method.arguments.iter().map(|argument| &argument.name);
        let wait =
            matches!(method.flavor, Flavor::Async | Flavor::ImplFuture).then(|| quote!(.await));
        quote!(#(#cfgs)* #sig { (**#this).#ident(#(#arguments),*)#wait })
    });
    let cfgs = item.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    quote! {
        #(#cfgs)*
        #async_trait
        #[automatically_derived]
        impl<#inner> #name for ::std::sync::Arc<#inner>
        where
            #inner: #name #bounds + ?::core::marker::Sized,
            #supertraits
        {
            #(#types)*
            #(#methods)*
        }
    }
}
