use quote::{ToTokens, quote, quote_spanned};
use syn::{ItemTrait, ReceiverKind, ReturnType, TraitItem, TraitItemFn, parse_quote, parse2};

use super::Expansion;
use crate::spans::located;

/// The trait itself, its async methods promising that their futures are `Send`.
///
/// ```text
/// Input:   async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
/// Output:  fn market_data(&self, league: &str) -> impl Future<Output = Result<Market, ScoutError>> + Send;
/// ```
pub(super) fn expand(expansion: &Expansion<'_>) -> ItemTrait {
    let mut item = expansion.contract.original.clone();
    if expansion.contract.async_trait.is_some() {
        return item;
    }
    for item in &mut item.items {
        if let TraitItem::Fn(function) = item
            && function.sig.asyncness.is_some()
            // Refused, and left as it is: what it would promise might not hold.
            && !matches!(function.sig.receiver().map(|receiver| &receiver.kind), Some(ReceiverKind::Typed(..)))
        {
            return_future(function, expansion.promises_send());
        }
    }
    item
}

fn return_future(function: &mut TraitItemFn, send: bool) {
    let Some(asyncness) = function.sig.asyncness.take() else { return };
    let span = located(&asyncness);
    let output = match &function.sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    let send_bound = send.then(|| quote_spanned!(span=> + ::core::marker::Send));
    function.sig.output =
        parse_quote!(-> impl ::core::future::Future<Output = #output> #send_bound);
    if let Some(body) = function.default.take() {
        if send {
            capture_self(function);
        }
        function.default = parse2(quote_spanned!(span=> { async move #body })).ok();
    }
}

/// A default body holds on to `self`, so its future is only `Send` where `self` can be sent.
fn capture_self(function: &mut TraitItemFn) {
    let Some(receiver) = function.sig.receiver() else { return };
    let bound = match &receiver.kind {
        ReceiverKind::Reference(_, _, None) => quote!(::core::marker::Sync),
        _ => quote!(::core::marker::Send),
    };
    function.sig.generics.make_where_clause().predicates.push(parse_quote!(Self: #bound));
}
