//! The impl: the methods whose answers are not the default ones.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Generics;

use super::{
    Classified,
    class::Kind,
    shape::{Named, Shape},
};
use crate::spans::{located, mentions, path_at};

/// What the shapes with an answer of their own say, and what the others do.
struct Answers {
    arms: Vec<Arm>,
    rest: TokenStream,
}

struct Arm {
    shapes: Vec<Ident>,
    patterns: Vec<TokenStream>,
    answer: TokenStream,
    binds: bool,
}

impl Classified<'_> {
    /// The impl that says nothing.
    pub(super) fn empty(&self) -> TokenStream {
        self.around(&TokenStream::new())
    }

    /// ```text
    /// Output:  impl Classify for ScoutError { fn kind(&self) -> ErrorKind { match self { ... } } ... }
    /// ```
    pub(super) fn expand(&self) -> TokenStream {
        let krate = path_at(&self.krate, Span::mixed_site());
        let (option, duration) = (quote!(::core::option::Option), quote!(::core::time::Duration));
        let none = quote!(#option::None);
        let kind = quote!(#krate::Classify::kind(self));
        let bool = quote!(bool);
        let methods = [
            self.method("kind", &quote!(#krate::ErrorKind), self.kinds()),
            self.method("retry_after", &quote!(#option<#duration>), self.waits(&none)),
            self.method(
                "rejection",
                &quote!(#option<&#krate::Rejection>),
                self.answers("rejection", none, |_| None),
            ),
            self.method(
                "counts_as_failure",
                &bool,
                self.answers("counts_as_failure", quote!(#kind.counts_as_failure()), |shape| {
                    shape.class.count
                }),
            ),
            self.method(
                "is_retryable",
                &bool,
                self.answers("is_retryable", quote!(#kind.is_retryable()), |shape| {
                    shape.class.retry
                }),
            ),
            self.method(
                "is_unsent",
                &bool,
                self.answers("is_unsent", quote!(false), |shape| shape.class.unsent),
            ),
        ];
        self.around(&quote!(#(#methods)*))
    }

    fn around(&self, methods: &TokenStream) -> TokenStream {
        let (krate, import) = (path_at(&self.krate, Span::mixed_site()), &self.import);
        let name = &self.input.ident;
        let generics = self.bounded();
        let (params, arguments, bounds) = generics.split_for_impl();
        // The warning is for those who use the type, not for the impl that it must have.
        let deprecated = self.input.attrs.iter().any(|attr| attr.path().is_ident("deprecated"));
        let allow = deprecated.then(|| quote!(#[allow(deprecated)]));
        quote! {
            const _: () = {
                // A path that leads nowhere is one error here, and would be one wherever it is used.
                #import

                #[automatically_derived]
                #allow
                impl #params #krate::Classify for #name #arguments #bounds {
                    #methods
                }
            };
        }
    }

    /// The item's generics, and what the fields that are asked must be, where that is up to a type parameter.
    fn bounded(&self) -> Generics {
        let mut generics = self.input.generics.clone();
        let params: Vec<_> = generics.type_params().map(|param| param.ident.to_string()).collect();
        let krate = path_at(&self.krate, Span::mixed_site());
        let mut told = std::collections::HashSet::new();
        let mut bound = |named: Option<&Named<'_>>, capability: &str| {
            let Some(ty) = named.map(|named| &named.field.ty) else { return };
            let tokens = ty.to_token_stream();
            let open = params.iter().any(|param| mentions(tokens.clone(), param));
            if open && told.insert(format!("{tokens}: {capability}")) {
                let capability = Ident::new(capability, Span::mixed_site());
                generics
                    .make_where_clause()
                    .predicates
                    .push(syn::parse_quote!(#ty: #krate::#capability));
            }
        };
        for shape in &self.shapes {
            bound(shape.delegate.as_ref(), "Classify");
            bound(shape.status.as_ref(), "HttpStatus");
            bound(shape.retry_after.as_ref(), "RetryAfter");
        }
        generics
    }

    /// One method, unless every shape leaves it at its default.
    fn method(&self, name: &str, returns: &TokenStream, answers: Answers) -> Option<TokenStream> {
        let name = Ident::new(name, Span::mixed_site());
        let Answers { arms, rest } = answers;
        let first = arms.first()?;
        let told = |shape: &Shape<'_>| arms.iter().any(|arm| arm.shapes.contains(shape.name));
        let left: Vec<_> = self.shapes.iter().filter(|shape| !told(shape)).collect();
        let is_struct = self.shapes.iter().any(|shape| !shape.is_variant);
        let body = if is_struct || (left.is_empty() && arms.len() == 1 && !first.binds) {
            first.answer.clone()
        } else {
            let arms =
                arms.iter().map(|Arm { patterns, answer, .. }| quote!(#(#patterns)|* => #answer,));
            let rest = match left[..] {
                [] => None,
                [one] => Some(one.pattern()),
                _ => Some(quote!(_)),
            }
            .map(|pattern| quote!(#pattern => #rest,));
            quote!(match self { #(#arms)* #rest })
        };
        Some(quote!(fn #name(&self) -> #returns { #body }))
    }

    fn kinds(&self) -> Answers {
        let krate = path_at(&self.krate, Span::mixed_site());
        let word = |Kind(name)| {
            let name = Ident::new(name, Span::mixed_site());
            quote!(#krate::ErrorKind::#name)
        };
        let mut answers = Answers::new(word(self.usual.unwrap_or(Kind("Unknown"))));
        for shape in &self.shapes {
            if let Some(named) = &shape.delegate {
                answers.push(self.asked(shape, named, "kind"));
            } else if let Some(named) = &shape.status {
                answers.push(self.looked_up(shape, named, "status_kind", "status"));
            } else if let Some(kind) = shape.class.kind() {
                answers.push(plain(shape, word(kind)));
            } else if self.usual.is_some_and(|usual| usual != Kind("Unknown")) {
                // The usual kind is one that is said.
                answers.push(plain(shape, answers.rest.clone()));
            }
        }
        answers
    }

    fn waits(&self, none: &TokenStream) -> Answers {
        let mut answers = Answers::new(none.clone());
        for shape in &self.shapes {
            if let Some(named) = &shape.retry_after {
                answers.push(self.looked_up(shape, named, "retry_after", "wait"));
            } else if let Some(named) = &shape.delegate {
                answers.push(self.asked(shape, named, "retry_after"));
            }
        }
        answers
    }

    /// The answers to one question, which a shape may give itself or leave to the error that it wraps.
    fn answers(
        &self,
        method: &str,
        rest: TokenStream,
        own: impl Fn(&Shape<'_>) -> Option<bool>,
    ) -> Answers {
        let mut answers = Answers::new(rest);
        for shape in &self.shapes {
            match (own(shape), &shape.delegate) {
                (Some(answer), None)
                    if answer.to_token_stream().to_string() == answers.rest.to_string() => {}
                (Some(answer), _) => answers.push(plain(shape, answer.to_token_stream())),
                (None, Some(named)) => answers.push(self.asked(shape, named, method)),
                (None, None) => {}
            }
        }
        answers
    }

    /// `delegate(error).method()`, all of it at the type of the field, for that is what may not do.
    fn asked(&self, shape: &Shape<'_>, named: &Named<'_>, method: &str) -> Arm {
        let at = located(&named.field.ty);
        let krate = path_at(&self.krate, at);
        let method = Ident::new(method, at);
        let (pattern, error) = shape.binding(named, "error");
        let answer = quote_spanned!(at=> #krate::delegate(#error).#method());
        Arm { shapes: vec![shape.name.clone()], patterns: vec![pattern], answer, binds: true }
    }

    /// `function(field)`, where the runtime reads the field.
    fn looked_up(&self, shape: &Shape<'_>, named: &Named<'_>, function: &str, tuple: &str) -> Arm {
        let at = located(&named.field.ty);
        let krate = path_at(&self.krate, at);
        let function = Ident::new(function, at);
        let (pattern, field) = shape.binding(named, tuple);
        Arm {
            shapes: vec![shape.name.clone()],
            patterns: vec![pattern],
            answer: quote_spanned!(at=> #krate::#function(#field)),
            binds: true,
        }
    }
}

fn plain(shape: &Shape<'_>, answer: TokenStream) -> Arm {
    Arm { shapes: vec![shape.name.clone()], patterns: vec![shape.pattern()], answer, binds: false }
}

impl Answers {
    fn new(rest: TokenStream) -> Self {
        Self { arms: Vec::new(), rest }
    }

    /// Notes an answer; shapes that answer alike share an arm.
    fn push(&mut self, arm: Arm) {
        let answer = arm.answer.to_string();
        let alike = |other: &&mut Arm| !other.binds && other.answer.to_string() == answer;
        match self.arms.iter_mut().find(alike) {
            Some(other) if !arm.binds => {
                other.shapes.extend(arm.shapes);
                other.patterns.extend(arm.patterns);
            }
            _ => self.arms.push(arm),
        }
    }
}
