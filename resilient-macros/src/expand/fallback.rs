use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Pat, PatType, Token, parse_quote, spanned::Spanned};

use super::pipeline::{self, Loop};
use crate::{
    args::{Layer, Rung},
    item::{Method, Passing, Receiver},
    spans::{located, name_at},
};

/// The chain, rung by rung: each is asked when the call has failed so far.
///
/// ```text
/// Input:   fallback = scout_fallback
/// Output:  if let Some(failure) = call.failure() {
///              call.recover(scout_fallback(failure).await);
///          }
/// ```
pub(super) fn expand(pipeline: &Loop<'_>, call: &Ident) -> TokenStream {
    let (method, layer) = (pipeline.method, &pipeline.layer);
    let rungs = layer.rungs();
    let named = rungs.iter().any(|rung| matches!(rung, Rung::Stale(_)));
    // An answer of the service's own, if an old one, comes before what stands in for it.
    let first = (!named).then(|| stale(method, layer, call));
    let rungs = (0..rungs.len()).map(|position| match &rungs[position..] {
        [Rung::Stale(_), ..] => stale(method, layer, call),
        rungs => expand_rung(pipeline, rungs, call),
    });
    first.into_iter().chain(rungs).collect()
}

/// ```text
/// Output:  call.stale().await;
/// ```
fn stale(method: &Method, layer: &Layer, call: &Ident) -> TokenStream {
    // Also where no time is given: the registry can be told one.
    match layer.config.cache.as_on() {
        None => TokenStream::new(),
        Some(_) if method.is_async() => quote!(#call.stale().await;),
        Some(_) => quote!(#call.stale_blocking();),
    }
}

/// The implementation that the builder was given, if it was given one.
///
/// ```text
/// Output:  if let Some(backup) = &self.backup {
///              if call.failure().is_some() {
///                  call.recover(ScoutApi::market_data(backup, league).await);
///              }
///          }
/// ```
fn given(pipeline: &Loop<'_>, call: &Ident, kept: &[TokenStream]) -> TokenStream {
    let (method, (Some(of_trait), Some(field))) =
        (pipeline.method, (&pipeline.of_trait, &pipeline.backup))
    else {
        // Refused.
        return TokenStream::new();
    };
    let backup = Ident::new("backup", Span::mixed_site());
    let exclusively = (method.receiver == Receiver::Mut).then(|| quote!(mut));
    let request = pipeline::invocation(of_trait, method, Some(backup.to_token_stream()));
    let wait = method.is_async().then(|| quote!(.await));
    // Asked for the failure only where there is one to ask: whoever asks takes it. Two conditions that one `if` could
    // hold from edition 2024 on.
    quote! {
        if let ::core::option::Option::Some(#backup) = &#exclusively #field {
            if #call.failure().is_some() {
                #(#kept)*
                #call.recover(#request #wait);
            }
        }
    }
}

/// The first of the rungs that are left.
fn expand_rung(pipeline: &Loop<'_>, rungs: &[Rung], call: &Ident) -> TokenStream {
    let local = |name| Ident::new(name, Span::mixed_site());
    let (failure, fallback, answer) = (local("failure"), local("fallback"), local("answer"));
    let (krate, method) = (pipeline.krate, pipeline.method);
    let returns = &method.returns;
    let wait = |span| method.is_async().then(|| quote_spanned!(span=> .await));
    let Some((rung, later)) = rungs.split_first() else { return TokenStream::new() };
    // What the rung may take with it, and a later one asks for again.
    let kept = method.arguments.iter().filter(|argument| {
        argument.passing == Passing::Value
            && rung.names(argument)
            && later.iter().any(|rung| rung.names(argument))
    });
    let kept: Vec<_> = kept.map(|argument| pipeline::clone(krate, argument)).collect();
    let (answer, uses_failure) = match rung {
        Rung::Function(path) => {
            let failure = name_at(&failure, path.span());
            let wait = wait(path.span());
            let answer = quote_spanned!(path.span()=> #path(#failure)#wait);
            (quote!(#call.recover(#answer);), true)
        }
        Rung::Closure(closure) => {
            let mut closure = closure.clone();
            if let Some(pat) = closure.inputs.first_mut().filter(|pat| !matches!(pat, Pat::Type(_)))
            {
                // A closure that is called in place cannot tell its parameter's type from the call.
                *pat = Pat::Type(PatType {
                    attrs: Vec::new(),
                    pat: Box::new(pat.clone()),
                    colon_token: Token![:](located(pat)),
                    ty: parse_quote!(#krate::FailureOf<#returns>),
                });
            }
            (
                {
                    let span = closure.body.span();
                    let (called, failure) = (name_at(&fallback, span), name_at(&failure, span));
                    let wait = wait(span);
                    let answer = quote_spanned!(span=> #called(#failure)#wait);
                    quote!(#(#kept)* let #fallback = #closure; #call.recover(#answer);)
                },
                true,
            )
        }
        Rung::Value(value) => (
            quote!(let #answer: #krate::ValueOf<#returns> = #value; #call.recover(::core::result::Result::Ok(#answer));),
            false,
        ),
        // Without a failure to tell of.
        Rung::Stale(_) => return TokenStream::new(),
        Rung::Given(_) => return given(pipeline, call, &kept),
        Rung::Backup(backup) => {
            let other = pipeline::other(pipeline, backup);
            (quote!(#(#kept)* #call.recover(#other);), false)
        }
    };
    let condition = if uses_failure {
        quote!(let ::core::option::Option::Some(#failure) = #call.failure())
    } else {
        quote!(#call.failure().is_some())
    };
    quote! {
        if #condition {
            #answer
        }
    }
}
