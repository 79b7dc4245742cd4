use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::{
    body::{self, Protected},
    likely, policy,
};
use crate::{
    args::{Args, Layer},
    check,
    item::{Function, Receiver},
    names,
    spans::mentions,
};

/// ```text
/// Output:  pub async fn fetch(url: &str) -> Result<Page, FetchError> {
///              static PIPELINE: DeclaredPipeline =
///                  DeclaredPipeline::new("fetch", "fetch", || PolicyConfig::new().retry(RetryConfig::new().max(3)));
///              let mut call = PIPELINE.begin(fallible::<Result<Page, FetchError>>());
///              ...
///          }
/// ```
pub(crate) fn expand(args: &Args, function: &Function, sound: bool) -> TokenStream {
    let Function { method, qualifiers, body } = function;
    let krate = &args.krate;
    let (attrs, sig) = (&method.attrs, &method.sig);
    if !sound {
        let (inner, body) = (&body.attrs, &body.tokens);
        return quote!(#(#attrs)* #qualifiers #sig { #(#inner)* #body });
    }
    let service = args.service.clone().unwrap_or_else(|| names::snake_case(&method.name()));
    let tokens = &body.tokens;
    let pipeline = names::free_item("PIPELINE", &quote!(#sig #tokens));
    let (name, config) = (method.name(), policy::config(krate, &method.args.layer));
    // The parameters of a block around it are not seen here, but that there is one. In the body, `Self` may be that of an
    // item in it.
    let in_a_block = method.receiver != Receiver::None || mentions(quote!(#sig), "Self");
    let around = if in_a_block { quote!(.of_type::<Self>()) } else { TokenStream::new() };
    // Functions in two modules may have one name, and are not one function.
    let made = match method.args.layer.config.cache.as_on() {
        Some(_) => quote!(cached(#service, #name, ::core::module_path!(), || #config)),
        None => quote!(new(#service, #name, || #config)),
    };
    let called = Protected {
        krate,
        method,
        layer: method.args.layer.clone(),
        body,
        pipeline: pipeline.to_token_stream(),
        around,
        of_trait: None,
    };
    let called = called.expand();
    let likely = likely::expand(&[], &check::likely(&[(method, method.args.layer.clone())]));
    let docs = body::docs(method, &service, &Layer::default());
    let (sig, inner) = (body::signature(method), &body.attrs);
    quote! {
        #(#attrs)*
        #(#[doc = #docs])*
        #qualifiers #sig {
            #(#inner)*
            #likely
            static #pipeline: #krate::DeclaredPipeline =
                #krate::DeclaredPipeline::#made;
            #called
        }
    }
}
