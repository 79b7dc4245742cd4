//! What the user says of errors and values, as it goes to the witness of the return type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, ExprPath, spanned::Spanned};

use super::forward::retries;
use crate::args::{Layer, Pattern};

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
    if retries(layer) {
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
/// Input:   breaker(key = host)
/// Output:  call.breaker_for(&host);
/// ```
pub(super) fn breaker_key(layer: &Layer, call: &Ident) -> TokenStream {
    let breaker = layer.config.breaker.as_on();
    let Some(key) = layer.rules.breaker_key.as_ref().filter(|_| breaker.is_some()) else {
        return TokenStream::new();
    };
    match key {
        // An operator binds less than the borrow before it.
        Expr::Binary(_) | Expr::Cast(_) | Expr::Range(_) | Expr::Closure(_) => {
            quote_spanned!(key.span()=> #call.breaker_for(&(#key));)
        }
        key => quote_spanned!(key.span()=> #call.breaker_for(&#key);),
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
