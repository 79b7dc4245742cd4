//! A fallback has the method's asyncness: its closure must not answer at once where the method is async.

use quote::ToTokens;
use syn::{Block, Expr, Stmt};

use crate::{
    args::{Layer, Rung},
    errors::Errors,
    item::{Contract, Flavor, Method},
    spans::ungrouped_expr,
};

pub(super) fn check(of_trait: &Layer, contract: &Contract, errors: &mut Errors) {
    let is_async = |method: &&Method| method.args.skip.is_none() && method.flavor == Flavor::Async;
    for method in contract.methods.iter().filter(is_async) {
        of_layer(&method.args.layer, errors);
    }
    if contract.methods.iter().any(|method| is_async(&method)) {
        of_layer(of_trait, errors);
    }
}

fn of_layer(layer: &Layer, errors: &mut Errors) {
    for rung in layer.rungs() {
        let Rung::Closure(closure) = rung else { continue };
        if closure.asyncness.is_none() && answers_at_once(&closure.body) {
            let message = "a fallback of an async method is async, and this closure answers at once; write `async move { ... }` around what it returns";
            errors.at(closure.body.to_token_stream(), message);
        }
    }
}

/// Whether an expression is a value for certain, and no future.
fn answers_at_once(expr: &Expr) -> bool {
    match ungrouped_expr(expr) {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => path
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "Ok" || last.ident == "Err"),
            _ => false,
        },
        Expr::Lit(_) | Expr::Struct(_) | Expr::Tuple(_) => true,
        Expr::Paren(paren) => answers_at_once(&paren.expr),
        Expr::Block(block) if block.label.is_none() => ends_at_once(&block.block),
        // One of the branches is enough, for they are of one type.
        Expr::If(branches) => {
            ends_at_once(&branches.then_branch)
                || branches.else_branch.as_ref().is_some_and(|(_, other)| answers_at_once(other))
        }
        Expr::Match(cases) => cases.arms.iter().any(|arm| answers_at_once(&arm.body)),
        _ => false,
    }
}

fn ends_at_once(block: &Block) -> bool {
    matches!(block.stmts.last(), Some(Stmt::Expr(expr, None)) if answers_at_once(expr))
}
