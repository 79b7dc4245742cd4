use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Path, PathArguments};

use super::{
    body::{self, Protected},
    cached,
    forward::{attributes, lint_level},
    likely, lookup, policy,
};
use crate::{
    args::{Args, Layer},
    check,
    item::{Block, BlockItem, BlockMethod, Method},
};

/// A trait, as its methods are called: in an expression, its parameters need what is around them.
fn called_by(path: &Path) -> TokenStream {
    match path.segments.last().map(|last| &last.arguments) {
        Some(PathArguments::None) | None => path.to_token_stream(),
        Some(_) => quote!(<_ as #path>),
    }
}

/// The block with its bodies in the loops of their calls, and what holds their policies.
pub(crate) fn expand(args: &Args, block: &Block, sound: bool) -> TokenStream {
    let expansion = Expansion {
        args,
        block,
        service: args.service.clone().unwrap_or_else(|| block.service()),
        policies: block.policies(),
        sound,
    };
    let (declared, items, likely) = (expansion.policies(), expansion.items(), expansion.likely());
    if declared.is_empty() {
        return items;
    }
    // The name of what holds the policies is the block's own: a type has as many blocks as its author likes.
    quote! {
        const _: () = {
            #declared
            #items
        };
        #likely
    }
}

struct Expansion<'a> {
    args: &'a Args,
    block: &'a Block,
    service: String,
    /// The name of what holds the policies.
    policies: Ident,
    /// Without policies, where the attribute is wrong.
    sound: bool,
}

impl Expansion<'_> {
    fn protects(&self, method: &Method) -> bool {
        self.sound && method.is_protected()
    }

    fn protected(&self) -> impl Iterator<Item = &Method> {
        self.block.methods().map(|written| &written.method).filter(|method| self.protects(method))
    }

    fn layer(&self, method: &Method) -> Layer {
        self.args.layer.overlaid(&method.args.layer)
    }

    fn caches(&self, method: &Method) -> bool {
        self.layer(method).config.cache.as_on().is_some()
    }

    /// Warnings of what is likely wrong, where nothing certainly is.
    fn likely(&self) -> TokenStream {
        let attrs = &self.block.head.attrs;
        if check::allows(attrs) {
            return TokenStream::new();
        }
        let methods: Vec<_> = self.protected().map(|method| (method, self.layer(method))).collect();
        likely::expand(attrs, &check::likely(&methods))
    }

    /// ```text
    /// Output:  struct HttpScoutPolicies { market_data: Pipeline }
    ///          impl HttpScoutPolicies { fn get() -> &'static Self { ... } }
    /// ```
    fn policies(&self) -> TokenStream {
        let Self { args, block, service, policies, .. } = self;
        let krate = &args.krate;
        if self.protected().next().is_none() {
            return TokenStream::new();
        }
        let local = |name| Ident::new(name, Span::mixed_site());
        let (registry, declared) = (local("registry"), local("declaration"));
        let common = self.outside(policy::config(krate, &args.layer));
        let fields = self.protected().map(|method| {
            let (cfgs, name) = (method.cfgs(), &method.sig.ident);
            quote!(#(#cfgs)* #name: #krate::Pipeline,)
        });
        let pipelines = self.protected().map(|method| {
            let (cfgs, field, name) = (method.cfgs(), &method.sig.ident, method.name());
            let own = self.outside(policy::config(krate, &method.args.layer));
            quote!(#(#cfgs)* #field: #declared.method(#name, #own)?,)
        });
        let cfgs = block.head.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
        let cfgs: Vec<_> = cfgs.collect();
        let lints = self.protected().flat_map(|method| &method.attrs).filter_map(lint_level);
        let ty = block.head.self_ty.to_token_stream().to_string();
        let docs = format!(" The policies of `{ty}`, as the service `{service}`.");
        // Types of two modules may have one name, and one type may implement a trait for several parameters.
        let namespace = self.protected().any(|method| self.caches(method)).then(|| {
            let path = format!("::{}", block.path());
            quote!(.cache_namespace(::core::concat!(::core::module_path!(), #path)))
        });
        quote! {
            #(#cfgs)*
            #[doc = #docs]
            #(#lints)*
            // A method that nobody calls is told of already, and one that is not compiled needs none of this.
            #[allow(dead_code)]
            struct #policies {
                #(#fields)*
            }

            #(#cfgs)*
            #[allow(dead_code)]
            impl #policies {
                /// Declared when they are first used.
                fn get() -> &'static Self {
                    static POLICIES: #krate::Declared<#policies> =
                        #krate::Declared::new(#policies::declare);
                    &POLICIES
                }

                fn declare(
                    #registry: &#krate::Registry,
                ) -> ::core::result::Result<Self, #krate::ConfigError> {
                    let #declared = #registry.declare(#service, #common)? #namespace;
                    ::core::result::Result::Ok(Self { #(#pipelines)* })
                }
            }
        }
    }

    /// What an attribute says, outside of the block: there, `Self` is what holds the policies. The type of a generic block
    /// cannot be named there.
    fn outside(&self, config: TokenStream) -> TokenStream {
        let ty = &self.block.head.self_ty;
        if self.block.head.generics.params.is_empty() {
            with_self(config, &quote!(<#ty>))
        } else {
            config
        }
    }

    /// ```text
    /// Output:  impl HttpScout { pub async fn market_data(&self, league: &str) -> Result<Market, ScoutError> { ... } }
    /// ```
    fn items(&self) -> TokenStream {
        let Block { head, attrs: inner, items, .. } = self.block;
        let (attrs, unsafety, impl_token) = (&head.attrs, &head.unsafety, &head.impl_token);
        let (generics, self_ty) = (&head.generics, &head.self_ty);
        let (defaultness, polarity) = (&head.modifiers.defaultness, &head.modifiers.polarity);
        let of_trait = head.trait_.as_ref().map(|(path, of)| quote!(#polarity #path #of));
        let where_clause = &head.generics.where_clause;
        let items = items.iter().map(|item| match item {
            BlockItem::Method(method) => self.method(method),
            BlockItem::Other(tokens) => tokens.clone(),
        });
        quote! {
            #(#attrs)*
            #defaultness #unsafety #impl_token #generics #of_trait #self_ty #where_clause {
                #(#inner)*
                #(#items)*
            }
        }
    }

    fn method(&self, written: &BlockMethod) -> TokenStream {
        let BlockMethod { method, qualifiers, body } = written;
        let (attrs, inner, sig) = (&method.attrs, &body.attrs, &method.sig);
        if !self.protects(method) {
            let body = &body.tokens;
            return quote!(#(#attrs)* #qualifiers #sig { #(#inner)* #body });
        }
        let (policies, name) = (&self.policies, &method.sig.ident);
        let docs = body::docs(method, &self.service, &self.args.layer);
        let head = &self.block.head;
        let beside = self.beside(written);
        let called = Protected {
            krate: &self.args.krate,
            method,
            layer: self.layer(method),
            body,
            pipeline: quote!(#policies::get().#name),
            around: lookup::around(&head.generics),
            of_trait: head.trait_.as_ref().map(|(path, _)| called_by(path)),
        };
        let (called, sig) = (called.expand(), body::signature(method));
        quote! {
            #(#attrs)*
            #(#[doc = #docs])*
            #qualifiers #sig {
                #(#inner)*
                #called
            }
            #beside
        }
    }

    /// What an inherent block offers about what is in the cache.
    ///
    /// ```text
    /// Output:  pub fn invalidate_market_data(&self, league: &str) { ... }
    ///          pub async fn warm_market_data(&self, league: &str) -> Result<Market, ScoutError> { ... }
    /// ```
    fn beside(&self, written: &BlockMethod) -> TokenStream {
        let BlockMethod { method, qualifiers, .. } = written;
        let head = &self.block.head;
        if head.trait_.is_some() || !self.caches(method) {
            return TokenStream::new();
        }
        let layer = self.layer(method);
        let (krate, policies, field) = (&self.args.krate, &self.policies, &method.sig.ident);
        let key = lookup::key(krate, &lookup::around(&head.generics), method, &layer);
        let attrs = attributes(method);
        let unused = match layer.rules.cache_key {
            // The user's own key may leave arguments out.
            Some(_) => quote!(#[allow(dead_code, unused_variables)]),
            None => quote!(#[allow(dead_code)]),
        };
        let invalidate = cached::invalidating(method, body::signature(method));
        let warm = cached::warming(method, body::signature(method));
        let this = method.sig.receiver().map(|receiver| receiver.self_token.to_token_stream());
        let arguments = method.arguments.iter().map(|argument| {
            let (name, cfgs) = (&argument.name, &argument.cfgs);
            quote!(#(#cfgs)* #name)
        });
        let arguments = this.into_iter().chain(arguments);
        let fill = cached::filling(krate, method, &quote!(Self::#field(#(#arguments),*)));
        let (forgets, fills) = (cached::forgets(method), cached::fills(method));
        quote! {
            #[doc = #forgets]
            #(#attrs)*
            #unused
            #qualifiers #invalidate {
                #policies::get().#field.invalidate(&#key);
            }

            #[doc = #fills]
            #(#attrs)*
            // A block offers more than every program uses.
            #[allow(dead_code)]
            #qualifiers #warm {
                #fill
            }
        }
    }
}

/// `Self` by its name.
fn with_self(tokens: TokenStream, ty: &TokenStream) -> TokenStream {
    let replaced = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => ty.clone(),
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), with_self(group.stream(), ty));
            inner.set_span(group.span());
            TokenTree::from(inner).into()
        }
        token => token.into(),
    });
    replaced.collect()
}
