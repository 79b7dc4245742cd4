//! A function with its policies in the place of its body.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{FnArg, Pat, Path, Signature};

use super::{
    describe,
    pipeline::{self, Loop},
};
use crate::{
    args::Layer,
    item::{Argument, Body, Flavor, Method, Passing, Receiver},
};

/// A method, and what its policies are.
pub(super) struct Protected<'a> {
    pub(super) krate: &'a Path,
    pub(super) method: &'a Method,
    pub(super) layer: Layer,
    pub(super) body: &'a Body,
    /// What a call begins in.
    pub(super) pipeline: TokenStream,
    /// The part of its key that the types around the method are.
    pub(super) around: TokenStream,
    /// The trait that other implementations are called by.
    pub(super) of_trait: Option<TokenStream>,
}

impl Protected<'_> {
    /// ```text
    /// Input:   { self.get(league).await }
    /// Output:  let mut call = PIPELINE.begin(fallible::<Result<Market, ScoutError>>());
    ///          while let Some(attempt) = call.next_attempt().await {
    ///              let outcome = attempt.run(async { self.get(league).await }).await;
    ///              call.settle(outcome);
    ///          }
    ///          call.finish()
    /// ```
    pub(super) fn expand(&self) -> TokenStream {
        let &Self { krate, method, ref layer, .. } = self;
        let (before, request) = self.request();
        let called = pipeline::expand(&Loop {
            krate,
            method,
            layer: layer.clone(),
            begins_in: self.pipeline.clone(),
            around: self.around.clone(),
            before,
            request,
            of_trait: self.of_trait.clone(),
            backup: None,
            refresh: TokenStream::new(),
        });
        match method.flavor {
            Flavor::Boxed => quote!(::std::boxed::Box::pin(async move { #called })),
            Flavor::ImplFuture => quote!(async move { #called }),
            Flavor::Async | Flavor::Blocking => called,
        }
    }

    /// The user's body as an expression that can be evaluated for each attempt, and that `return` and `?` do not leave,
    /// behind what makes it one.
    fn request(&self) -> (TokenStream, TokenStream) {
        let begin = Ident::new("begin", Span::mixed_site());
        let (krate, returns) = (self.krate, &self.method.returns);
        let arguments = self.method.arguments.iter().filter_map(|argument| self.take(argument));
        let hedged = self.layer.config.hedge.as_on().is_some();
        let moves = (hedged || self.method.receiver == Receiver::Value).then(|| quote!(move));
        // Borrowed as a whole, and exclusively, it need not be `Sync` for the future to be `Send`.
        let this = self.method.sig.receiver().map(|receiver| &receiver.self_token);
        let this = this
            .filter(|_| self.method.receiver == Receiver::Mut)
            .map(|this| quote!(let _ = &mut *#this;));
        let arguments: TokenStream = arguments.collect();
        match self.method.flavor {
            // A block cannot say what it returns, so what stands first says it.
            Flavor::Async => {
                let block = self.behind(quote! {
                    if false {
                        return #krate::unreached::<#returns>();
                    }
                    #this
                    #arguments
                });
                (TokenStream::new(), quote!(async #moves #block))
            }
            Flavor::Blocking => {
                let block = self.behind(arguments);
                (TokenStream::new(), quote!(-> #returns #block))
            }
            Flavor::ImplFuture => {
                let block = self.behind(arguments);
                (quote!(let #begin = || #block;), quote!(#begin()))
            }
            Flavor::Boxed => {
                let (output, block) = (&self.method.sig.output, self.behind(arguments));
                (quote!(let #begin = || #output #block;), quote!(#begin()))
            }
        }
    }

    /// The body behind what it begins with. It keeps its own braces: their edition says when the temporaries of its last
    /// expression are dropped, and that nothing is returned is told of there.
    fn behind(&self, before: TokenStream) -> TokenStream {
        let mut braces = Group::new(Delimiter::Brace, self.body.tokens.clone());
        braces.set_span(self.body.span);
        if before.is_empty() {
            return braces.to_token_stream();
        }
        // Where there is but one expression in them, rustc takes them for idle.
        let is_end =
            |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
        let several = self.body.tokens.clone().into_iter().any(|token| is_end(&token));
        let allow = (!several).then(|| quote!(#[allow(unused_braces)]));
        quote!({ #before #allow #braces })
    }

    /// What makes an argument the body's own, as it was before.
    fn take(&self, argument: &Argument) -> Option<TokenStream> {
        let Argument { name, pattern, passing, cfgs, .. } = argument;
        if !argument.taken {
            return None;
        }
        let value = match (passing, pattern) {
            (Passing::Reborrow, Some(_)) => quote!(&mut *#name),
            (_, Some(_)) => name.to_token_stream(),
            // Held by value, it need not be `Sync` for the future to be `Send`.
            (Passing::Value, None) if self.method.flavor == Flavor::Async => name.to_token_stream(),
            (Passing::Reborrow, None) if self.method.flavor == Flavor::Async => quote!(&mut *#name),
            _ => return None,
        };
        let pattern = match pattern {
            Some(pattern) => pattern.to_token_stream(),
            None => name.to_token_stream(),
        };
        Some(quote!(#(#cfgs)* let #pattern = #value;))
    }
}

/// What the policies are, behind what the user's documentation says.
pub(super) fn docs(method: &Method, service: &str, outer: &Layer) -> Vec<String> {
    let documented = method.attrs.iter().any(|attr| attr.path().is_ident("doc"));
    let policies = describe::of(outer, method);
    let line = format!(" Behind policies, as a method of the service `{service}`: {policies}");
    documented.then(String::new).into_iter().chain([line]).collect()
}

/// The user's signature, in which what only the body knows has plain names.
pub(super) fn signature(method: &Method) -> Signature {
    let mut sig = method.sig.clone();
    let mut arguments = method.arguments.iter();
    for input in &mut sig.inputs {
        if let FnArg::Typed(typed) = input
            && let Some(argument) = arguments.next()
            && argument.pattern.is_some()
        {
            let name = &argument.name;
            *typed.pat = Pat::Verbatim(name.to_token_stream());
        }
    }
    sig
}
