//! What the decorator offers beside the trait: methods about what is in its cache.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{GenericParam, Path, ReturnType, Signature, Type, parse_quote};

use super::{Expansion, forward, lookup, needs};
use crate::item::{Flavor, Method};

/// ```text
/// Output:  impl<T> ResilientScoutApi<T> where Self: ScoutApi {
///              pub fn invalidate_market_data(&self, league: &str) { ... }
///              pub async fn warm_market_data(&self, league: &str) -> Result<Market, ScoutError> { ... }
///              pub fn invalidate_all(&self) { ... }
///          }
/// ```
pub(super) fn expand(expansion: &Expansion<'_>) -> TokenStream {
    let Expansion { contract, inner, .. } = expansion;
    let bounds = expansion.inner_bounds();
    if !contract.whole || expansion.cached().next().is_none() {
        return TokenStream::new();
    }
    let (item, decorator) = (&contract.original, &contract.decorator);
    let (vis, name) = (&item.vis, &item.ident);
    // What the block cannot tell from the decorator's type alone stands on each method.
    let bound = item.generics.params.is_empty().then(|| quote!(where Self: #name #bounds));
    let cfgs = item.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let lints = item.attrs.iter().filter_map(forward::lint_level);
    let methods = expansion.cached().map(|method| of_method(expansion, method));
    let all = expansion.cached().map(|method| {
        let (cfgs, field) = (method.cfgs(), &method.sig.ident);
        quote!(#(#cfgs)* self.#field.invalidate_all();)
    });
    quote! {
        #(#cfgs)*
        #(#lints)*
        // A decorator offers more than every program uses.
        #[allow(dead_code)]
        impl<#inner> #decorator<#inner> #bound {
            #(#methods)*

            /// Forgets every cached answer, in memory and on disk.
            #vis fn invalidate_all(&self) {
                #(#all)*
            }
        }
    }
}

fn of_method(expansion: &Expansion<'_>, method: &Method) -> TokenStream {
    let Expansion { contract, krate, .. } = expansion;
    let (vis, name, field) = (&contract.original.vis, &contract.original.ident, &method.sig.ident);
    let (_, generics, _) = contract.original.generics.split_for_impl();
    let generics = generics.as_turbofish();
    let layer = expansion.layer(method);
    let around = lookup::around(&contract.original.generics);
    let key = qualified(expansion, lookup::key(krate, &around, method, &layer));
    let attrs = forward::attributes(method);
    // The user's own key may leave arguments out.
    let unused = layer.rules.cache_key.as_ref().map(|_| quote!(#[allow(unused_variables)]));
    let method_name = method.name();
    let arguments = method.arguments.iter().map(|argument| {
        let (name, cfgs) = (&argument.name, &argument.cfgs);
        quote!(#(#cfgs)* #name)
    });
    let mut invalidate = invalidating(method, signature(expansion, method));
    if layer.rules.cache_key.is_none() {
        // What the decorator's implementation asks of the trait's associated types is not known here.
        let types = method.arguments.iter().map(|argument| needs::referent(&argument.ty));
        for ty in types.filter_map(needs::associated) {
            let predicate = parse_quote!(Self::#ty: #krate::KeyPart);
            invalidate.generics.make_where_clause().predicates.push(predicate);
        }
    }
    let invalidate = qualified(expansion, invalidate);
    let warm = qualified(expansion, warming(method, signature(expansion, method)));
    let (forgets, fills) = (forgets(method), fills(method));
    // One that is called `all` goes with all the others.
    let invalidate = (method_name != "all").then(|| {
        quote! {
            #(#attrs)*
            #unused
            #[doc = #forgets]
            #vis #invalidate {
                self.#field.invalidate(&#key);
            }
        }
    });
    let fill = filling(krate, method, &quote!(#name #generics::#field(self, #(#arguments),*)));
    let refresh = layer.refreshes_in_background().then(|| refresh(expansion, method));
    quote! {
        #refresh

        #invalidate

        #(#attrs)*
        #[doc = #fills]
        #vis #warm {
            #fill
        }
    }
}

/// The signature of `invalidate_METHOD`.
pub(super) fn invalidating(method: &Method, mut sig: Signature) -> Signature {
    sig.ident = format_ident!("invalidate_{}", method.name(), span = sig.ident.span());
    sig.asyncness = None;
    sig.output = ReturnType::Default;
    sig
}

/// What `invalidate_METHOD` does, for its documentation.
pub(super) fn forgets(method: &Method) -> String {
    let name = method.name();
    format!(" Forgets what is cached of `{name}` for these arguments, in memory and on disk.")
}

/// The signature of `warm_METHOD`.
pub(super) fn warming(method: &Method, mut sig: Signature) -> Signature {
    sig.ident = format_ident!("warm_{}", method.name(), span = sig.ident.span());
    if matches!(method.flavor, Flavor::ImplFuture | Flavor::Boxed) {
        forward::make_async(method, &mut sig);
    }
    sig
}

/// What `warm_METHOD` does, for its documentation.
pub(super) fn fills(method: &Method) -> String {
    let name = method.name();
    format!(
        " Calls `{name}` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed."
    )
}

/// A call that is there to fill the cache.
pub(super) fn filling(krate: &Path, method: &Method, call: &TokenStream) -> TokenStream {
    if method.is_async() {
        quote!(#krate::warm(#call).await)
    } else {
        quote!(#krate::warm_blocking(|| #call))
    }
}

/// Loads an answer anew, in a task that owns the decorator and the arguments. A method of its own, for the future of a
/// method cannot ask within itself whether it is `Send`.
///
/// ```text
/// Output:  fn refresh_market_data(&self, refresh: Refresh, league: &str) where T: Clone + Send + Sync + 'static {
///              let (decorator, league) = (self.clone(), owned::<str>(league));
///              refresh.spawn(async move { ScoutApi::market_data(&decorator, &league).await });
///          }
/// ```
fn refresh(expansion: &Expansion<'_>, method: &Method) -> TokenStream {
    let Expansion { contract, krate, inner, .. } = expansion;
    let (name, field) = (&contract.original.ident, &method.sig.ident);
    let local = |name| Ident::new(name, Span::mixed_site());
    let (task, decorator) = (local("refresh"), local("decorator"));
    let mut sig = signature(expansion, method);
    sig.ident = refresh_name(method);
    sig.asyncness = None;
    sig.output = ReturnType::Default;
    sig.inputs.insert(1, parse_quote!(#task: #krate::Refresh));
    sig.generics.make_where_clause().predicates.push(parse_quote! {
        #inner: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static
    });
    let sig = qualified(expansion, sig);
    let attrs = forward::attributes(method);
    let references = || {
        method.arguments.iter().filter_map(|argument| match &argument.ty {
            Type::Reference(reference) => Some((argument, &reference.elem)),
            _ => None,
        })
    };
    let owned = references().map(|(argument, ty)| {
        let (name, cfgs) = (&argument.name, &argument.cfgs);
        quote!(#(#cfgs)* let #name = #krate::owned::<#ty>(#name);)
    });
    let arguments = method.arguments.iter().map(|argument| {
        let (name, cfgs) = (&argument.name, &argument.cfgs);
        let borrow = matches!(argument.ty, Type::Reference(_)).then(|| quote!(&));
        quote!(#(#cfgs)* #borrow #name)
    });
    quote! {
        #(#attrs)*
        #sig {
            let #decorator = ::core::clone::Clone::clone(self);
            #(#owned)*
            #task.spawn(async move { #name::#field(&#decorator, #(#arguments),*).await });
        }
    }
}

pub(super) fn refresh_name(method: &Method) -> Ident {
    format_ident!("refresh_{}", method.name(), span = method.sig.ident.span())
}

/// The method's signature as one of the decorator's own.
fn signature(expansion: &Expansion<'_>, method: &Method) -> Signature {
    let item = &expansion.contract.original;
    let mut sig = forward::signature(method);
    if item.generics.params.is_empty() {
        return sig;
    }
    let (_, generics, where_clause) = item.generics.split_for_impl();
    let (name, own) = (&item.ident, sig.generics.clone());
    let bounds = expansion.inner_bounds();
    let predicates = where_clause.into_iter().flat_map(|clause| &clause.predicates);
    let where_clause = sig.generics.make_where_clause();
    where_clause.predicates.push(parse_quote!(Self: #name #generics #bounds));
    where_clause.predicates.extend(predicates.cloned());
    let is_lifetime = |param: &&GenericParam| matches!(param, GenericParam::Lifetime(_));
    let params = || item.generics.params.iter().chain(&own.params);
    let lifetimes = params().filter(is_lifetime);
    let others = params().filter(|param| !is_lifetime(param));
    sig.generics.params = lifetimes.chain(others).cloned().map(without_default).collect();
    sig.generics.lt_token.get_or_insert_default();
    sig.generics.gt_token.get_or_insert_default();
    sig
}

fn without_default(mut param: GenericParam) -> GenericParam {
    match &mut param {
        GenericParam::Type(param) => param.default = None,
        GenericParam::Const(param) => param.default = None,
        GenericParam::Lifetime(_) => {}
    }
    param
}

/// The trait's associated types, which have no short names here.
///
/// ```text
/// Input:   id: Self::Id
/// Output:  id: <Self as Api>::Id
/// ```
fn qualified(expansion: &Expansion<'_>, tokens: impl ToTokens) -> TokenStream {
    let item = &expansion.contract.original;
    let (_, generics, _) = item.generics.split_for_impl();
    let name = &item.ident;
    with_path(tokens.to_token_stream(), &quote!(#name #generics))
}

fn with_path(tokens: TokenStream, path: &TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter();
    let mut output = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "Self" && is_path(&tokens) => {
                output.extend(quote!(<#ident as #path>));
            }
            TokenTree::Group(group) => {
                let mut inner =
                    proc_macro2::Group::new(group.delimiter(), with_path(group.stream(), path));
                inner.set_span(group.span());
                output.extend([TokenTree::Group(inner)]);
            }
            token => output.extend([token]),
        }
    }
    output
}

/// Whether two colons follow, and not the one of a bound.
fn is_path(tokens: &proc_macro2::token_stream::IntoIter) -> bool {
    let mut ahead = tokens.clone();
    (0..2).all(|_| matches!(ahead.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':'))
}
