//! `off` where it cannot stand: behind one parameter of a policy.

use syn::{Expr, ExprLit, Lit};

use super::value::shown;
use crate::spans::ungrouped_expr;

/// The value that a parameter has where nobody wants it.
fn neutral(policy: &str, name: &str) -> Option<&'static str> {
    Some(match (policy, name) {
        ("retry", "jitter") => "none",
        ("retry", "backoff") => "fixed",
        ("rate", "burst") => "1",
        ("rate" | "bulkhead", "wait") => "\"0s\"",
        ("rate", "algorithm") => "token_bucket",
        ("cache", "jitter") | ("breaker", "recovery_jitter") => "0.0",
        ("cache", "schema") => "0",
        ("breaker", "recovery_factor") => "1.0",
        _ => return None,
    })
}

/// Parameters without a default: where nothing is said of them, they are off.
const OPTIONAL: [(&str, &[&str]); 6] = [
    ("breaker", &["slow", "max_recovery", "failure_if", "when", "key"]),
    ("retry", &["within", "when", "retry_if", "hook"]),
    ("rate", &["adaptive", "key"]),
    (
        "cache",
        &[
            "memory",
            "disk",
            "refresh",
            "stale",
            "negative",
            "idle",
            "max_weight",
            "weight",
            "cache_if",
            "key",
        ],
    ),
    ("timeout", &["attempt", "call", "tier", "adaptive"]),
    ("bulkhead", &["adaptive"]),
];

/// What to write in the place of `off`, if that is what a refused value says.
///
/// `title`: what stands before the parentheses, which may be a parameter of the policy.
pub(super) fn instead(policy: &str, title: &str, name: &str, value: &Expr) -> Option<String> {
    let word = match ungrouped_expr(value) {
        Expr::Path(path) if ["off", "none", "None"].iter().any(|word| path.path.is_ident(word)) => {
            shown(value)
        }
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if text.value() == "off" => shown(value),
        Expr::Lit(ExprLit { lit: Lit::Bool(switch), .. }) if !switch.value => shown(value),
        _ => return None,
    };
    // Their own messages are about `true` and `false`, and about `off`.
    if ["idempotent", "background", "shared", "budget"].contains(&name) {
        return None;
    }
    let of_policy = format!("`{word}` does not switch `{name}` of `{title}` off");
    if let Some(neutral) = neutral(policy, name) {
        return Some(format!("{of_policy}; write `{name} = {neutral}`"));
    }
    let optional = OPTIONAL.iter().any(|(of, names)| *of == policy && names.contains(&name));
    Some(if optional {
        format!("{of_policy}; write `{policy} = off`, or move it to the methods that want it")
    } else {
        format!(
            "{of_policy}; write a value such as `{name} = {}`, or `{policy} = off`",
            super::sample(policy, name)
        )
    })
}
