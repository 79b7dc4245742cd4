//! The loop of a call, wherever the method stands.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, GenericParam, Path, spanned::Spanned};

use super::{fallback, lookup, rules};
use crate::{
    args::Layer,
    item::{Argument, Method, Passing, Receiver},
    spans::{mentions, name_at, path_at},
};

/// What a loop is written with.
pub(super) struct Loop<'a> {
    pub(super) krate: &'a Path,
    pub(super) method: &'a Method,
    pub(super) layer: Layer,
    /// What a call begins in.
    pub(super) begins_in: TokenStream,
    /// The part of its key that the types around the method are.
    pub(super) around: TokenStream,
    /// What each request begins with.
    pub(super) before: TokenStream,
    /// The method once: its future, or, where it blocks, its answer.
    pub(super) request: TokenStream,
    /// The trait that other implementations are called by.
    pub(super) of_trait: Option<TokenStream>,
    /// The implementation that the decorator's builder was given.
    pub(super) backup: Option<TokenStream>,
    /// What becomes of an answer that was served and is due for a refresh.
    pub(super) refresh: TokenStream,
}

/// The local that the loop drives.
pub(super) fn call() -> Ident {
    local("call")
}

fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// ```text
/// Output:  let mut call = self.market_data.begin(fallible::<Result<Market, ScoutError>>());
///          call.lookup(cacheable::<Result<Market, ScoutError>>(), Key::new().part(league)).await;
///          while let Some(attempt) = call.next_attempt().await {
///              let outcome = attempt.run(ScoutApi::market_data(&self.inner, league)).await;
///              call.settle(outcome);
///          }
///          call.finish()
/// ```
pub(super) fn expand(pipeline: &Loop<'_>) -> TokenStream {
    let Loop { krate, method, layer, refresh, .. } = pipeline;
    let (call, attempt) = (call(), local("attempt"));
    let (begun, returns) = (&pipeline.begins_in, &method.returns);
    // The user's own span: a bound that is not met is told of at the type, and nowhere else.
    let span = returns.span();
    let here = path_at(krate, span);
    let fallible = quote_spanned!(span=> #here::fallible::<#returns>());
    let rules = rules::expand(layer);
    let keys = rules::keys(krate, layer, &call);
    let lookup = lookup::lookup(pipeline, &call);
    let clones = method
        .arguments
        .iter()
        .filter(|argument| clones(layer, argument))
        .map(|argument| clone(krate, argument));
    let next = if method.is_async() {
        quote!(#call.next_attempt().await)
    } else {
        quote!(#call.next_attempt_blocking())
    };
    let request = request(pipeline, &call, &attempt);
    // A method that is tried once needs no loop, and may give its arguments away.
    let again = if layer.retries() { quote!(while) } else { quote!(if) };
    let fallbacks = fallback::expand(pipeline, &call);
    quote! {
        let mut #call = #begun.begin(#fallible #rules);
        #lookup
        #refresh
        #keys
        #again let ::core::option::Option::Some(#attempt) = #next {
            #(#clones)*
            #request
        }
        #fallbacks
        #call.finish()
    }
}

/// One attempt, settled.
fn request(pipeline: &Loop<'_>, call: &Ident, attempt: &Ident) -> TokenStream {
    let Loop { method, layer, before, request, .. } = pipeline;
    let outcome = local("outcome");
    if layer.config.hedge.as_on().is_some() {
        let request = repeatable(pipeline);
        return quote!(#call.race(#attempt, move || #request).await;);
    }
    let run = if method.is_async() {
        quote!(#attempt.run(#request).await)
    } else {
        quote!(#attempt.run_blocking(|| #request))
    };
    quote! {
        #before
        let #outcome = #run;
        #call.settle(#outcome);
    }
}

/// One of the requests of a hedged attempt; the next one needs the arguments again.
///
/// ```text
/// Output:  { let league = again::<String>(&league); ScoutApi::market_data(&self.inner, league) }
/// ```
fn repeatable(pipeline: &Loop<'_>) -> TokenStream {
    let Loop { krate, method, before, request, .. } = pipeline;
    let clones: Vec<_> = method
        .arguments
        .iter()
        .filter(|argument| takes(argument))
        .map(|argument| clone(krate, argument))
        .collect();
    if clones.is_empty() && before.is_empty() {
        request.clone()
    } else {
        quote!({ #(#clones)* #before #request })
    }
}

/// The answer of the same method of another implementation of the trait, with the same arguments.
pub(super) fn other(pipeline: &Loop<'_>, other: &Expr) -> TokenStream {
    let Some(of_trait) = &pipeline.of_trait else {
        // Refused.
        return quote!(::core::unreachable!());
    };
    let method = pipeline.method;
    // All of it at the user's own span: what does not implement the trait is told of once, and there.
    let span = other.span();
    let borrow = if method.receiver == Receiver::Mut {
        quote_spanned!(span=> &mut #other)
    } else {
        quote_spanned!(span=> &#other)
    };
    let call = invocation(of_trait, method, Some(borrow)).into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    let call: TokenStream = call.collect();
    if method.is_async() { quote_spanned!(span=> #call.await) } else { call }
}

/// The method by the path of its trait.
pub(super) fn invocation(
    of_trait: &TokenStream,
    method: &Method,
    receiver: Option<TokenStream>,
) -> TokenStream {
    let (name, turbofish) = (&method.sig.ident, turbofish(method));
    let arguments = method.arguments.iter().map(|argument| {
        let (name, cfgs) = (&argument.name, &argument.cfgs);
        quote!(#(#cfgs)* #name)
    });
    let arguments = receiver.into_iter().chain(arguments);
    quote!(#of_trait::#name #turbofish(#(#arguments),*))
}

/// Whether an argument must still be there after it was passed on: for another attempt, or for a fallback.
pub(super) fn clones(layer: &Layer, argument: &Argument) -> bool {
    takes(argument) && (layer.retries() || layer.rungs().iter().any(|rung| rung.names(argument)))
}

/// Whether an argument is needed by each of the requests of one attempt.
pub(super) fn repeats(layer: &Layer, argument: &Argument) -> bool {
    takes(argument) && layer.config.hedge.as_on().is_some()
}

/// Whether an attempt leaves nothing of an argument.
fn takes(argument: &Argument) -> bool {
    argument.passing == Passing::Value && argument.taken
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
