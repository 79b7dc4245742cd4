//! What `explain()` returns, and says in its documentation too.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use resilient_policy::{ExplainedMethod, Explanation, Layers, Origin};

use super::{Expansion, text};
use crate::{
    args::{Layer, PRIORITIES, Priority, Rung},
    item::Method,
};

/// ```text
/// Output:  pub fn explain(&self) -> Explanation {
///              Explanation::new("scout_api", [
///                  self.market_data.explain().of_trait("fallback", "rung", "scout_fallback"),
///                  ExplainedMethod::skipped("version"),
///              ])
///          }
/// ```
pub(super) fn expand(expansion: &Expansion<'_>) -> TokenStream {
    let Expansion { contract, krate, service, .. } = expansion;
    let vis = &contract.original.vis;
    let methods = contract.methods.iter().map(|method| {
        let (cfgs, field, name) = (method.cfgs(), &method.sig.ident, method.name());
        if !expansion.decorates(method) {
            return quote!(#(#cfgs)* #krate::ExplainedMethod::skipped(#name));
        }
        let codes = codes(&expansion.args.layer, method).into_iter().map(|code| {
            let Code { policy, parameter, value, of_method } = code;
            let of = if of_method { quote!(of_method) } else { quote!(of_trait) };
            quote!(.#of(#policy, #parameter, #value))
        });
        let given = |rung: &Rung| matches!(rung, Rung::Given(_));
        let backed = expansion.layer(method).rungs().iter().any(given).then(|| {
            let backup = expansion.backup_field();
            quote!(.backed(self.#backup.is_some()))
        });
        quote!(#(#cfgs)* self.#field.explain() #(#codes)* #backed)
    });
    let docs = docs(expansion);
    quote! {
        /// What holds of each method, and where each value comes from. This is what the attributes say; a builder and the
        /// registry can change it, and then what is returned says so.
        ///
        #(#[doc = #docs])*
        #vis fn explain(&self) -> #krate::Explanation {
            #krate::Explanation::new(#service, [#(#methods),*])
        }
    }
}

/// The same text, a paragraph for each of the attributes.
fn docs(expansion: &Expansion<'_>) -> Vec<String> {
    let methods = expansion.contract.methods.iter().map(|method| {
        if expansion.decorates(method) {
            of(&expansion.args.layer, method)
        } else {
            ExplainedMethod::skipped(method.name())
        }
    });
    let text = Explanation::new(expansion.service.as_str(), methods).to_string();
    text.lines()
        .map(|line| if line.is_empty() { String::new() } else { format!(" {line}") })
        .collect()
}

/// What the attributes say of a method.
pub(super) fn of(outer: &Layer, method: &Method) -> ExplainedMethod {
    let own = &method.args.layer;
    let layers = Layers::new(Origin::Trait, outer.written).method(own.written);
    let codes = codes(outer, method).into_iter();
    let explained = codes.fold(layers.explain(method.name()), |explained, code| {
        let Code { policy, parameter, value, of_method } = code;
        if of_method {
            explained.of_method(policy, parameter, &value)
        } else {
            explained.of_trait(policy, parameter, &value)
        }
    });
    match &outer.overlaid(own).rules.tier {
        Some(tier) => explained.left_to(&text::of(tier)),
        None => explained,
    }
}

/// What an attribute says of a parameter in code, which only the expansion knows.
struct Code {
    policy: &'static str,
    parameter: &'static str,
    value: String,
    /// Whether the method's attribute says it, and not the trait's.
    of_method: bool,
}

fn codes(outer: &Layer, method: &Method) -> Vec<Code> {
    let own = &method.args.layer;
    let layer = outer.overlaid(own);
    let mut codes = Vec::new();
    let of_method = own.fallback.as_on().is_some();
    let cached = layer.config.cache.as_on().is_some();
    for rung in layer.rungs() {
        let value = match rung {
            // Skipped where there is nothing to be stale.
            Rung::Stale(_) if !cached => continue,
            Rung::Stale(path) | Rung::Given(path) | Rung::Function(path) => text::of(path),
            Rung::Closure(closure) => text::of(closure),
            Rung::Value(value) => format!("value = {}", text::of(value)),
            Rung::Backup(backup) => format!("backup = {}", text::of(backup)),
        };
        codes.push(Code { policy: "fallback", parameter: "rung", value, of_method });
    }
    codes.extend(rules(&layer, own));
    codes
}

/// The rules of the policies that ask them.
fn rules(layer: &Layer, own: &Layer) -> Vec<Code> {
    let mut codes = Vec::new();
    macro_rules! codes {
        ($policy:literal: $( $parameter:literal $rule:ident ),+ $(,)?) => {
            $( if let Some(code) = &layer.rules.$rule {
                let (value, of_method) = (text::of(code), own.rules.$rule.is_some());
                codes.push(Code { policy: $policy, parameter: $parameter, value, of_method });
            } )+
        };
    }
    if layer.config.cache.as_on().is_some() {
        codes!("cache": "key" cache_key, "weight" weight, "cache_if" cache_if);
        if layer.refreshes_in_background() {
            codes!("cache": "background" background);
        }
    }
    if layer.retries() {
        codes!("retry":
            "backoff" backoff, "on" retry_on, "except" retry_except, "when" retry_when,
            "retry_if" retry_if, "hook" hook,
        );
    }
    if layer.config.breaker.as_on().is_some() {
        codes!("breaker":
            "key" breaker_key, "on" breaker_on, "ignore" breaker_ignore, "when" breaker_when,
            "failure_if" failure_if,
        );
    }
    if layer.config.rate.as_on().is_some() {
        codes!("rate": "key" rate_key, "priority" rate_priority);
    }
    codes!("timeout": "tier" tier);
    codes
}

impl ToTokens for Priority {
    /// As the attribute writes it.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Given(priority) => priority.to_tokens(tokens),
            Self::Named(variant) => {
                let word = PRIORITIES.iter().find(|(_, name)| name == variant);
                let word = word.map_or(*variant, |(word, _)| word);
                format_ident!("{word}").to_tokens(tokens);
            }
        }
    }
}
