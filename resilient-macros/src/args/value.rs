//! The kinds of values that parameters have, each with the sentence for a value of another kind.

use std::time::Duration;

use quote::ToTokens;
use resilient_policy::{Jitter, duration};
use syn::{Expr, ExprLit, ExprPath, ExprUnary, Lit, Path, UnOp};

use super::entry::is_off;
use crate::names::nearest;

/// A kind of value.
pub(super) trait FromExpr: Sized {
    fn from_expr(expr: &Expr) -> Reading<Self>;
}

/// A value, or what is wrong with what was written for it, in a sentence.
pub(super) type Reading<T> = Result<T, String>;

pub(super) fn wrong<T>(message: impl std::fmt::Display) -> Reading<T> {
    Err(message.to_string())
}

/// Stands in a message for a value that the parameter takes, whichever parameter that is.
pub(super) const SAMPLE: &str = "\u{0}";

/// A message whose example is this value.
pub(super) fn exemplified(message: &str, sample: &str) -> String {
    message.replace(SAMPLE, sample)
}

pub(super) fn shown(expr: &impl ToTokens) -> String {
    expr.to_token_stream().to_string().replace(" :: ", "::").replace("- ", "-")
}

pub(super) fn literal(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        _ => None,
    }
}

/// A number literal, its sign included.
fn digits(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => {
            Some(format!("-{}", digits(expr)?))
        }
        expr => match literal(expr)? {
            Lit::Int(int) if int.suffix().is_empty() => Some(int.base10_digits().to_owned()),
            Lit::Float(float) if float.suffix().is_empty() => {
                Some(float.base10_digits().to_owned())
            }
            _ => None,
        },
    }
}

/// What is wrong with a value that is not the number it should be, whatever the number is for.
fn no_number(expr: &Expr, kind: &str, is_one: fn(&str) -> bool) -> String {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            let text = text.value();
            match in_text(&text).filter(|number| is_one(number)) {
                Some(number) => {
                    format!("`\"{text}\"` is a text; write the number without quotes: `{number}`")
                }
                None => format!("`\"{text}\"` is a text; write {kind}, such as `{SAMPLE}`"),
            }
        }
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) if !int.suffix().is_empty() => {
            let bare = int.base10_digits();
            format!("`{int}` has the suffix `{}`; write the number alone: `{bare}`", int.suffix())
        }
        Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) if !float.suffix().is_empty() => {
            let bare = float.base10_digits();
            let suffix = float.suffix();
            format!("`{float}` has the suffix `{suffix}`; write the number alone: `{bare}`")
        }
        Expr::Path(path) if is_constant(path) => format!(
            "`{}` is a constant, whose value is not known here yet; write the number itself, such as `{SAMPLE}`",
            shown(expr)
        ),
        _ => format!("`{}` is not a number; write {kind}, such as `{SAMPLE}`", shown(expr)),
    }
}

/// The number that a text stands for: `"3"`, `"20%"`.
fn in_text(text: &str) -> Option<String> {
    let text = text.trim();
    let finite = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    match text.strip_suffix('%') {
        Some(percent) => finite(percent).map(|percent| (percent / 100.0).to_string()),
        None => finite(text).map(|_| text.to_owned()),
    }
}

fn is_constant(path: &ExprPath) -> bool {
    path.path.segments.last().is_some_and(|last| {
        let name = last.ident.to_string();
        name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
    })
}

/// A duration: `"60s"`.
pub(super) struct Time(pub(super) Duration);

impl FromExpr for Time {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        let example = match literal(expr) {
            Some(Lit::Str(text)) => {
                return duration::parse(&text.value()).map(Self).or_else(wrong);
            }
            Some(lit) => time_of(lit).map(|time| format!("\"{time}\"")),
            None => None,
        };
        let example = example.as_deref().unwrap_or(SAMPLE);
        wrong(match expr {
            Expr::Path(path) if is_constant(path) => format!(
                "`{}` is a constant, whose value is not known here yet; write the duration itself, such as `{example}`",
                shown(expr)
            ),
            _ => format!(
                "`{}` is not a duration; write a number and a unit in quotes, such as `{example}`",
                shown(expr)
            ),
        })
    }
}

/// The duration that a number was meant to be: `50ms`, or `2` in seconds.
pub(super) fn time_of(lit: &Lit) -> Option<String> {
    let time = match lit {
        Lit::Int(int) if int.base10_digits() == "0" => None,
        Lit::Int(int) if int.suffix().is_empty() => Some(format!("{}s", int.base10_digits())),
        Lit::Int(int) => Some(int.to_string()),
        _ => None,
    };
    time.filter(|text| duration::parse(text).is_ok())
}

/// A whole number that is not negative.
pub(super) struct Count(pub(super) u32);

impl FromExpr for Count {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        whole(expr).map(Self)
    }
}

/// What may be more than a `Count`, such as what all answers weigh.
pub(super) struct Large(pub(super) u64);

impl FromExpr for Large {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        if let Some(Lit::Str(text)) = literal(expr)
            && let Some(bytes) = bytes_in(&text.value())
        {
            return wrong(format!(
                "`{}` is a text, and a weight has no unit; write the number alone, such as `{bytes}`",
                shown(expr)
            ));
        }
        whole(expr).map(Self)
    }
}

fn whole<N: std::str::FromStr>(expr: &Expr) -> Reading<N> {
    let Some(digits) = digits(expr) else {
        return wrong(no_number(expr, "a whole number", |text| text.parse::<N>().is_ok()));
    };
    if digits.starts_with('-') {
        return wrong(format!("`{digits}` is negative; write a whole number, such as `{SAMPLE}`"));
    }
    if digits.contains(['.', 'e', 'E']) {
        return wrong(format!(
            "`{digits}` is not a whole number; write one without a fraction, such as `{SAMPLE}`"
        ));
    }
    digits.parse().or_else(|_| {
        wrong(format!("`{digits}` is too large; write a smaller whole number, such as `{SAMPLE}`"))
    })
}

/// The number of bytes that a text says: `10 MB`.
fn bytes_in(text: &str) -> Option<String> {
    const UNITS: [(&str, u64); 10] = [
        ("b", 1),
        ("k", 1_000),
        ("kb", 1_000),
        ("m", 1_000_000),
        ("mb", 1_000_000),
        ("g", 1_000_000_000),
        ("gb", 1_000_000_000),
        ("kib", 1 << 10),
        ("mib", 1 << 20),
        ("gib", 1 << 30),
    ];
    let text = text.trim().to_lowercase();
    let digits = text.trim_end_matches(|letter: char| letter.is_alphabetic() || letter == ' ');
    let unit = text[digits.len()..].trim();
    let (_, size) = UNITS.iter().find(|(name, _)| *name == unit)?;
    Some(digits.parse::<u64>().ok()?.checked_mul(*size)?.to_string())
}

/// A number, with a fraction or without.
pub(super) struct Number(pub(super) f64);

impl FromExpr for Number {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        match digits(expr).and_then(|digits| digits.parse().ok()) {
            Some(number) => Ok(Self(number)),
            None => wrong(no_number(expr, "a number", |_| true)),
        }
    }
}

/// The name of a kind of jitter.
pub(super) struct JitterName(pub(super) Jitter);

impl FromExpr for JitterName {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        let name = match expr {
            Expr::Path(path) => path.path.get_ident().map(ToString::to_string).unwrap_or_default(),
            expr => match literal(expr) {
                Some(Lit::Str(text)) => {
                    return wrong(format!(
                        "`\"{}\"` is a text; write the kind of jitter without quotes: `{}`",
                        text.value(),
                        nearest(&text.value(), Jitter::NAMES.map(|(name, _)| name))
                            .unwrap_or("equal")
                    ));
                }
                _ => String::new(),
            },
        };
        match Jitter::NAMES.iter().find(|(known, _)| *known == name) {
            Some((_, jitter)) => Ok(Self(*jitter)),
            None => wrong(match nearest(&name, Jitter::NAMES.map(|(name, _)| name)) {
                Some(near) => format!("`{name}` is no kind of jitter; write `{near}`"),
                None => format!(
                    "`{}` is no kind of jitter; write `equal`, `full`, `decorrelated` or `none`",
                    shown(expr)
                ),
            }),
        }
    }
}

/// A path to a function of the shape that the macro's literal says.
macro_rules! function_path {
    ($(#[$doc:meta])* $name:ident, $shape:literal, $example:literal) => {
        $(#[$doc])*
        pub(super) struct $name(pub(super) ExprPath);

        impl FromExpr for $name {
            fn from_expr(expr: &Expr) -> Reading<Self> {
                match expr {
                    Expr::Path(path) if !is_off(expr) => Ok(Self(path.clone())),
                    Expr::Closure(_) => wrong(concat!(
                        "a closure cannot stand here; write the path of a function `", $shape, "`, such as `", $example, "`"
                    )),
                    Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if text.parse::<ExprPath>().is_ok() => wrong(format!(
                        "`{}` is a text; write the path without quotes: `{}`",
                        shown(expr),
                        text.value()
                    )),
                    _ => wrong(format!(
                        concat!("`{}` is not the path of a function; write one to a function `", $shape, "`, such as `", $example, "`"),
                        shown(expr)
                    )),
                }
            }
        }
    };
}

function_path! {
    /// Says of an error whether something holds.
    ErrorPredicate, "fn(&Error) -> bool", "is_transient"
}
function_path! {
    /// Says of a value whether something holds.
    ValuePredicate, "fn(&Value) -> bool", "is_pending"
}
function_path! {
    /// Says what a value weighs.
    Weigher, "fn(&Value) -> u64", "size_of_market"
}
function_path! {
    /// Is told of a retry.
    Hook, "fn(&Retrying<'_, Error>)", "note_retry"
}

/// A text that is not empty.
pub(super) struct Text(pub(super) String);

impl FromExpr for Text {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        match literal(expr) {
            Some(Lit::Str(text)) if text.value().trim().is_empty() => {
                wrong("the service's name is empty; write one such as `service = \"poe2_scout\"`")
            }
            Some(Lit::Str(text)) => Ok(Self(text.value())),
            _ => wrong(format!(
                "`{}` is not a text; write the service's name in quotes, such as `\"poe2_scout\"`",
                shown(expr)
            )),
        }
    }
}

/// `true` or `false`.
pub(super) struct Switch(pub(super) bool);

impl FromExpr for Switch {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        match literal(expr) {
            Some(Lit::Bool(switch)) => Ok(Self(switch.value)),
            _ => wrong(format!(
                "`{}` is neither `true` nor `false`; write `false`, or leave it out",
                shown(expr)
            )),
        }
    }
}

/// `true` or `false`, where the name alone says `true`.
pub(super) struct Flag(pub(super) bool);

impl FromExpr for Flag {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        match literal(expr) {
            Some(Lit::Bool(switch)) => Ok(Self(switch.value)),
            _ => wrong(format!(
                "`{}` is neither `true` nor `false`; write one of them, or the parameter alone for `true`",
                shown(expr)
            )),
        }
    }
}

/// The path of this crate, where it goes by another name.
pub(super) struct CratePath(pub(super) Path);

impl FromExpr for CratePath {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        match expr {
            Expr::Path(path) if path.qself.is_none() => Ok(Self(path.path.clone())),
            _ => wrong(format!(
                "`{}` is not a path; write the one of `resilient_runtime`, such as `crate = ::my_name`",
                shown(expr)
            )),
        }
    }
}
