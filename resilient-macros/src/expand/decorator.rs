use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::{Expansion, describe, explain, forward::lint_level, policy};

/// The decorator and how it is made.
pub(super) fn expand(expansion: &Expansion<'_>) -> TokenStream {
    let definition = definition(expansion);
    let constructors = constructors(expansion);
    quote! {
        #definition
        #constructors
    }
}

/// ```text
/// Output:  pub struct ResilientScoutApi<T> { inner: T, service: Service, market_data: Pipeline }
/// ```
fn definition(expansion: &Expansion<'_>) -> TokenStream {
    let Expansion { contract, krate, inner, .. } = expansion;
    let (vis, decorator) = (&contract.original.vis, &contract.decorator);
    let docs = describe::decorator(expansion);
    let pipelines = expansion.decorated().map(|method| {
        let (cfgs, name) = (method.cfgs(), &method.sig.ident);
        quote!(#(#cfgs)* #name: #krate::Pipeline,)
    });
    let backup = expansion.takes_backup().then(|| {
        let field = expansion.backup_field();
        quote!(#field: ::core::option::Option<#inner>,)
    });
    let cfgs = contract.original.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    // A lint on the name of a method looks at the field of that name too, and listens to the struct alone.
    let methods = contract.methods.iter().flat_map(|method| &method.attrs);
    let lints = contract.original.attrs.iter().chain(methods).filter_map(lint_level);
    quote! {
        #(#cfgs)*
        #(#[doc = #docs])*
        #(#lints)*
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #vis struct #decorator<#inner> {
            inner: #inner,
            #backup
            service: #krate::Service,
            #(#pipelines)*
        }
    }
}

/// ```text
/// Output:  impl<T> ResilientScoutApi<T> { pub fn new(inner: T) -> Self { ... } ... }
/// ```
fn constructors(expansion: &Expansion<'_>) -> TokenStream {
    let Expansion { contract, krate, inner: parameter, service, args, .. } = expansion;
    let (vis, decorator) = (&contract.original.vis, &contract.decorator);
    let local = |name| Ident::new(name, Span::mixed_site());
    let (inner, registry, error, declared, context) =
        (local("inner"), local("registry"), local("error"), local("declaration"), local("context"));
    let trait_policies =
        if expansion.sound { policy::config(krate, &args.layer) } else { policy::empty(krate) };
    let pipelines = expansion.decorated().map(|method| {
        let (cfgs, field, name) = (method.cfgs(), &method.sig.ident, method.name());
        let own = policy::config(krate, &method.args.layer);
        quote!(#(#cfgs)* #field: #declared.method(#name, #own)?,)
    });
    let conflict = format!(
        " Where the service `{service}` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,"
    );
    let names = expansion.decorated().map(|method| {
        let (cfgs, name) = (method.cfgs(), method.name());
        quote!(#(#cfgs)* #name)
    });
    let (marker, backup) = if expansion.takes_backup() {
        let field = expansion.backup_field();
        (quote!(, ::core::option::Option<#parameter>), quote!(#field: #context.into_backup(),))
    } else {
        (TokenStream::new(), TokenStream::new())
    };
    let explain = explain::expand(expansion);
    let cfgs = contract.original.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    quote! {
        #(#cfgs)*
        // A decorator offers more than every program uses.
        #[allow(dead_code)]
        impl<#parameter> #decorator<#parameter> {
            /// Puts the policies around `inner`, in the global registry.
            ///
            /// # Panics
            ///
            #[doc = #conflict]
            /// or where the registry was told to change them to what cannot work; `try_with_registry` returns that.
            #[must_use]
            #[track_caller]
            #vis fn new(#inner: #parameter) -> Self {
                Self::with_registry(#inner, #krate::Registry::global())
            }

            /// Puts the policies around `inner`, in a registry.
            ///
            /// # Panics
            ///
            /// As for `new`.
            #[must_use]
            #[track_caller]
            #vis fn with_registry(#inner: #parameter, #registry: &#krate::Registry) -> Self {
                match Self::try_with_registry(#inner, #registry) {
                    ::core::result::Result::Ok(decorator) => decorator,
                    ::core::result::Result::Err(#error) => ::core::panic!("{}", #error),
                }
            }

            /// Puts the policies around `inner`, in a registry.
            ///
            /// # Errors
            ///
            #[doc = #conflict]
            /// or where the registry was told to change them to what cannot work.
            #vis fn try_with_registry(
                #inner: #parameter,
                #registry: &#krate::Registry,
            ) -> ::core::result::Result<Self, #krate::ConfigError> {
                Self::builder(#inner).registry(#registry).build()
            }

            /// Puts the policies around `inner`, in a registry, with a cache namespace or with policies changed.
            #vis fn builder(#inner: #parameter) -> #krate::DecoratorBuilder<#parameter, Self #marker> {
                #krate::DecoratorBuilder::new(#inner, &[#(#names),*], |#inner, #context| {
                    let #declared = #context.declare(#service, #trait_policies)?;
                    ::core::result::Result::Ok(Self {
                        #(#pipelines)*
                        #backup
                        service: #declared.service(),
                        #inner,
                    })
                })
            }

            /// What is behind the policies.
            #vis fn inner(&self) -> &#parameter {
                &self.inner
            }

            /// Takes the policies off.
            #vis fn into_inner(self) -> #parameter {
                self.inner
            }

            /// The service, with its circuit breaker and what its methods have done.
            #vis fn service(&self) -> &#krate::Service {
                &self.service
            }

            #explain
        }
    }
}
