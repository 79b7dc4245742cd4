//! The decorator's implementation of the trait.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Attribute, Expr, FnArg, GenericParam, Meta, Pat, PatIdent, Signature, parse_quote,
    spanned::Spanned,
};

use super::{Expansion, fallback, lookup, needs, rules};
use crate::{
    args::Layer,
    check,
    item::{Argument, Flavor, Method, Passing, Receiver},
    spans::{mentions, name_at, path_at},
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
            pipeline(expansion, method)
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
    cfgs.chain(lints).chain(deprecated.then(|| quote!(#[allow(deprecated)]))).collect()
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

/// The user's signature, each argument under one name.
pub(super) fn signature(method: &Method) -> Signature {
    let mut sig = method.sig.clone();
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
    let wait = (method.flavor == Flavor::Async).then(|| quote!(.await));
    quote!(#invocation #wait)
}

/// A method behind its policies.
///
/// ```text
/// Output:  let mut call = self.market_data.begin(fallible::<Result<Market, ScoutError>>());
///          call.lookup(cacheable::<Result<Market, ScoutError>>(), Key::new().part(league)).await;
///          while let Some(attempt) = call.next_attempt().await {
///              let outcome = attempt.run(ScoutApi::market_data(&self.inner, league)).await;
///              call.settle(outcome);
///          }
///          call.finish()
/// ```
fn pipeline(expansion: &Expansion<'_>, method: &Method) -> TokenStream {
    let krate = expansion.krate;
    let layer = expansion.layer(method);
    let local = |name| Ident::new(name, Span::mixed_site());
    let (call, attempt, outcome) = (local("call"), local("attempt"), local("outcome"));
    let this = this(method);
    let (name, returns) = (&method.sig.ident, &method.returns);
    // The user's own span: a bound that is not met is told of at the type, and nowhere else.
    let span = returns.span();
    let here = path_at(krate, span);
    let fallible = quote_spanned!(span=> #here::fallible::<#returns>());
    let rules = rules::expand(&layer);
    let keys = rules::keys(krate, &layer, &call);
    let lookup = lookup::lookup(expansion, method, &layer, &call);
    let refresh = lookup::refresh(expansion, method, &layer, &call);
    let clones = method
        .arguments
        .iter()
        .filter(|argument| clones(&layer, argument))
        .map(|argument| clone(krate, argument));
    let request = if layer.config.hedge.as_on().is_some() {
        let request = request(expansion, method);
        quote!(#call.race(#attempt, move || #request).await;)
    } else {
        let invocation = inner(expansion, method);
        quote! {
            let #outcome = #attempt.run(#invocation).await;
            #call.settle(#outcome);
        }
    };
    // A method that is tried once needs no loop, and may give its arguments away.
    let again = if retries(&layer) { quote!(while) } else { quote!(if) };
    let fallbacks = fallback::expand(expansion, method, &layer, &call);
    quote! {
        let mut #call = #this.#name.begin(#fallible #rules);
        #lookup
        #refresh
        #keys
        #again let ::core::option::Option::Some(#attempt) = #call.next_attempt().await {
            #(#clones)*
            #request
        }
        #fallbacks
        #call.finish()
    }
}

/// One of the requests of a hedged attempt; the next one needs the arguments again.
///
/// ```text
/// Output:  { let league = again::<String>(&league); ScoutApi::market_data(&self.inner, league) }
/// ```
fn request(expansion: &Expansion<'_>, method: &Method) -> TokenStream {
    let clones: Vec<_> = method
        .arguments
        .iter()
        .filter(|argument| argument.passing == Passing::Value)
        .map(|argument| clone(expansion.krate, argument))
        .collect();
    let invocation = inner(expansion, method);
    if clones.is_empty() { invocation } else { quote!({ #(#clones)* #invocation }) }
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

/// The answer of the same method of another implementation of the trait, with the same arguments.
pub(super) fn other(expansion: &Expansion<'_>, method: &Method, other: &Expr) -> TokenStream {
    // All of it at the user's own span: what does not implement the trait is told of once, and there.
    let span = other.span();
    let borrow = if method.receiver == Receiver::Mut {
        quote_spanned!(span=> &mut #other)
    } else {
        quote_spanned!(span=> &#other)
    };
    let call = invocation(expansion, method, Some(borrow));
    let call = call.into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    let call: TokenStream = call.collect();
    quote_spanned!(span=> #call.await)
}

/// A call by the trait's name: a method of the same name elsewhere is no rival.
pub(super) fn invocation(
    expansion: &Expansion<'_>,
    method: &Method,
    receiver: Option<TokenStream>,
) -> TokenStream {
    let (parameter, trait_name) = (&expansion.inner, &expansion.contract.original.ident);
    let (_, trait_generics, _) = expansion.contract.original.generics.split_for_impl();
    let (name, turbofish) = (&method.sig.ident, turbofish(method));
    let path = match receiver {
        Some(_) => {
            let trait_generics = trait_generics.as_turbofish();
            quote!(#trait_name #trait_generics::#name)
        }
        None => quote!(<#parameter as #trait_name #trait_generics>::#name),
    };
    let arguments = method.arguments.iter().map(|argument| {
        let (name, cfgs) = (&argument.name, &argument.cfgs);
        quote!(#(#cfgs)* #name)
    });
    let arguments = receiver.into_iter().chain(arguments);
    quote!(#path #turbofish(#(#arguments),*))
}

/// `self`, as the user wrote it.
pub(super) fn this(method: &Method) -> Option<TokenStream> {
    method.sig.receiver().map(|receiver| receiver.self_token.to_token_stream())
}

/// Whether the method may be called more than once.
pub(super) fn retries(layer: &Layer) -> bool {
    layer.config.retry.as_on().is_some_and(|retry| retry.settings().max > 1)
}

/// Whether an argument must still be there after it was passed on: for another attempt, or for a fallback.
pub(super) fn clones(layer: &Layer, argument: &Argument) -> bool {
    argument.passing == Passing::Value
        && (retries(layer) || layer.rungs().iter().any(|rung| rung.names(argument)))
}

/// Whether an argument is needed by each of the requests of one attempt.
pub(super) fn repeats(layer: &Layer, argument: &Argument) -> bool {
    argument.passing == Passing::Value && layer.config.hedge.as_on().is_some()
}

/// A clone of an argument under its own name; where its type is not `Clone`, the error stands at that type.
pub(super) fn clone(krate: &syn::Path, argument: &Argument) -> TokenStream {
    let (name, cfgs, clone) = (&argument.name, &argument.cfgs, again(krate, argument));
    quote!(#(#cfgs)* let #name = #clone;)
}

pub(super) fn again(krate: &syn::Path, argument: &Argument) -> TokenStream {
    let Argument { name, ty, .. } = argument;
    let span = ty.span();
    let value = name_at(name, span);
    let (here, implied) = (path_at(krate, span), mentions(ty.to_token_stream(), "impl"));
    if implied {
        quote_spanned!(span=> #here::again(&#value))
    } else {
        quote_spanned!(span=> #here::again::<#ty>(&#value))
    }
}

/// The method's own type parameters, for a call that may not show them in its arguments.
fn turbofish(method: &Method) -> Option<TokenStream> {
    let params: Vec<_> = method
        .sig
        .generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Type(param) => Some(param.ident.to_token_stream()),
            GenericParam::Const(param) => Some(param.ident.to_token_stream()),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    (!params.is_empty()).then(|| quote!(::<#(#params),*>))
}
