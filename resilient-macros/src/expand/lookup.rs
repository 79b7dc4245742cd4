//! What a cached method does before it calls: look for its answer, and have one loaded anew that is due.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ConstParam, Expr, GenericParam, Generics, Path, Type, TypeParam, spanned::Spanned};

use super::{
    Expansion, cached,
    forward::{this, underscored},
    pipeline::{Loop, again},
};
use crate::{
    args::Layer,
    item::{Argument, Method, Passing},
    spans::{name_at, path_at},
};

/// The look into the cache.
pub(super) fn lookup(pipeline: &Loop<'_>, call: &Ident) -> TokenStream {
    let Loop { krate, method, layer, around, .. } = pipeline;
    let Some(cache) = layer.config.cache.as_on() else { return TokenStream::new() };
    let returns = &method.returns;
    let span = returns.span();
    let here = path_at(krate, span);
    let witness = match (cache.disk, cache.negative) {
        (Some(_), Some(_)) => quote_spanned!(span=> #here::storable_result::<#returns>()),
        (Some(_), None) => quote_spanned!(span=> #here::storable::<#returns>()),
        (None, Some(_)) => quote_spanned!(span=> #here::cacheable_result::<#returns>()),
        (None, None) => quote_spanned!(span=> #here::cacheable::<#returns>()),
    };
    let (allow, key) = (underscored(method), key(krate, around, method, layer));
    if method.is_async() {
        quote!(#allow #call.lookup(#witness, #key).await;)
    } else {
        quote!(#allow #call.lookup_blocking(#witness, #key);)
    }
}

/// Leaves what was served to a task that loads it anew.
///
/// ```text
/// Output:  if let Some(refresh) = call.refresh() { self.refresh_market_data(refresh, league); }
/// ```
pub(super) fn refresh(
    expansion: &Expansion<'_>,
    method: &Method,
    layer: &Layer,
    call: &Ident,
) -> TokenStream {
    if !layer.refreshes_in_background() {
        return TokenStream::new();
    }
    let refresh = Ident::new("refresh", Span::mixed_site());
    let (name, this) = (cached::refresh_name(method), this(method));
    let arguments = method.arguments.iter().map(|argument| {
        let (name, cfgs) = (&argument.name, &argument.cfgs);
        let value = if argument.passing == Passing::Value {
            again(expansion.krate, argument)
        } else {
            name.to_token_stream()
        };
        quote!(#(#cfgs)* #value)
    });
    quote! {
        if let ::core::option::Option::Some(#refresh) = #call.refresh() {
            #this.#name(#refresh, #(#arguments),*);
        }
    }
}

/// What an answer is found by: the arguments, or the user's own key.
///
/// ```text
/// Output:  Key::new().part::<str>(league)
/// ```
pub(super) fn key(
    krate: &Path,
    around: &TokenStream,
    method: &Method,
    layer: &Layer,
) -> TokenStream {
    let part = |argument: &Argument| {
        let span = argument.ty.span();
        let name = name_at(&argument.name, span);
        match &argument.ty {
            Type::Reference(reference) => {
                let ty = &reference.elem;
                quote_spanned!(span=> .part::<#ty>(#name))
            }
            ty => quote_spanned!(span=> .part::<#ty>(&#name)),
        }
    };
    let parts = match &layer.rules.cache_key {
        // An operator binds less than the borrow before it.
        Some(key @ (Expr::Binary(_) | Expr::Cast(_) | Expr::Range(_) | Expr::Closure(_))) => {
            quote_spanned!(key.span()=> .part(&(#key)))
        }
        Some(key) => quote_spanned!(key.span()=> .part(&#key)),
        // Nothing within an expression can be there or not.
        None if method.arguments.iter().any(|argument| !argument.cfgs.is_empty()) => {
            let key = Ident::new("key", Span::mixed_site());
            let parts = method.arguments.iter().map(|argument| {
                let (cfgs, part) = (&argument.cfgs, part(argument));
                quote!(#(#cfgs)* let #key = #key #part;)
            });
            return quote!({
                let #key = #krate::Key::new() #around;
                #(#parts)*
                #key
            });
        }
        None => method.arguments.iter().map(part).collect(),
    };
    quote!(#krate::Key::new() #around #parts)
}

/// The part of a key that the parameters of a generic trait or block are. One inner type may implement a trait for several
/// of them: each has answers of its own.
pub(super) fn around(generics: &Generics) -> TokenStream {
    let parts = generics.params.iter().map(|param| match param {
        GenericParam::Type(TypeParam { ident, .. }) => quote!(.of_type::<#ident>()),
        GenericParam::Const(ConstParam { ident, .. }) => quote!(.part(&#ident)),
        GenericParam::Lifetime(_) => TokenStream::new(),
    });
    parts.collect()
}
