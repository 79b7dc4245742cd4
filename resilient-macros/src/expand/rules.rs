//! What the user says of errors and values, as it goes to the witness of the return type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Expr, ExprPath, Path, spanned::Spanned};

use crate::args::{Layer, Pattern, Priority};

/// ```text
/// Input:   retry(on = Fault::Busy, when = is_transient), breaker(ignore = Fault::NotFound)
/// Output:  .rules(|rules| {
///              rules
///                  .breaker_ignore(|error| matches!(error, Fault::NotFound))
///                  .retry_when(|error| matches!(error, Fault::Busy) || is_transient(error))
///          })
/// ```
pub(super) fn expand(layer: &Layer) -> TokenStream {
    let rules = &layer.rules;
    let mut chain = TokenStream::new();
    if layer.config.breaker.as_on().is_some() {
        let ignore = rules.breaker_ignore.as_ref().map(matches);
        let when = either(rules.breaker_on.as_ref(), rules.breaker_when.as_ref());
        let failure_if = &rules.failure_if;
        chain.extend(ignore.map(|predicate| quote!(.breaker_ignore(#predicate))));
        chain.extend(when.map(|predicate| quote!(.breaker_when(#predicate))));
        chain.extend(failure_if.as_ref().map(|path| quote!(.failure_if(#path))));
    }
    if layer.retries() {
        let except = rules.retry_except.as_ref().map(matches);
        let when = either(rules.retry_on.as_ref(), rules.retry_when.as_ref());
        let (retry_if, hook) = (&rules.retry_if, &rules.hook);
        chain.extend(except.map(|predicate| quote!(.retry_except(#predicate))));
        chain.extend(when.map(|predicate| quote!(.retry_when(#predicate))));
        chain.extend(retry_if.as_ref().map(|path| quote!(.retry_if(#path))));
        chain.extend(hook.as_ref().map(|path| quote!(.before_retry(#path))));
    }
    if layer.config.cache.as_on().is_some() {
        let (cache_if, weight) = (&rules.cache_if, &rules.weight);
        chain.extend(weight.as_ref().map(|path| quote!(.weight(#path))));
        chain.extend(cache_if.as_ref().map(|path| quote!(.cache_if(#path))));
    }
    if chain.is_empty() {
        return chain;
    }
    let given = Ident::new("rules", Span::mixed_site());
    quote!(.rules(|#given| #given #chain))
}

/// ```text
/// Input:   breaker(key = host), rate(key = user.id, priority = low)
/// Output:  call.breaker_for(&host);
///          call.rate_for(&user.id);
///          call.priority(Priority::Low);
/// ```
pub(super) fn keys(krate: &Path, layer: &Layer, call: &Ident) -> TokenStream {
    let (breaker, rate) = (layer.config.breaker.as_on(), layer.config.rate.as_on());
    let mut calls = TokenStream::new();
    if let Some(key) = layer.rules.breaker_key.as_ref().filter(|_| breaker.is_some()) {
        let key = borrowed(key);
        calls.extend(quote_spanned!(key.span()=> #call.breaker_for(#key);));
    }
    if let Some(key) = layer.rules.rate_key.as_ref().filter(|_| rate.is_some()) {
        let key = borrowed(key);
        calls.extend(quote_spanned!(key.span()=> #call.rate_for(#key);));
    }
    calls.extend(match layer.rules.rate_priority.as_ref().filter(|_| rate.is_some()) {
        Some(Priority::Named(variant)) => {
            let variant = format_ident!("{variant}");
            quote!(#call.priority(#krate::Priority::#variant);)
        }
        Some(Priority::Given(priority)) => {
            quote_spanned!(priority.span()=> #call.priority(#priority);)
        }
        None => TokenStream::new(),
    });
    calls
}

fn borrowed(key: &Expr) -> TokenStream {
    match key {
        // An operator binds less than the borrow before it.
        Expr::Binary(_) | Expr::Cast(_) | Expr::Range(_) | Expr::Closure(_) => {
            quote_spanned!(key.span()=> &(#key))
        }
        key => quote_spanned!(key.span()=> &#key),
    }
}

fn error() -> Ident {
    Ident::new("error", Span::mixed_site())
}

fn matches(pattern: &Pattern) -> TokenStream {
    let error = error();
    quote!(|#error| ::core::matches!(#error, #pattern))
}

fn either(pattern: Option<&Pattern>, path: Option<&ExprPath>) -> Option<TokenStream> {
    let error = error();
    match (pattern, path) {
        (Some(pattern), Some(path)) => {
            Some(quote!(|#error| ::core::matches!(#error, #pattern) || #path(#error)))
        }
        (Some(pattern), None) => Some(matches(pattern)),
        (None, path) => path.map(|path| quote!(#path)),
    }
}
