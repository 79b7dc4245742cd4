//! The kinds of values that can be written in more than one way: a number or a time, a factor or a word or a path.

use std::time::Duration;

use resilient_policy::{
    AttemptTime, Backoff, Budget, CustomBackoff, HedgeAfter, LimitAlgorithm, Per, Preset,
    RateAdaptation, RateAlgorithm, Scope, Threshold, Tier, Window,
};
use syn::{Expr, ExprPath, Lit};

use super::{
    entry::is_off,
    group::read,
    value::{Count, FromExpr, Number, Reading, Time, exemplified, literal, shown, time_of, wrong},
};
use crate::names::{nearest, slip, snake_case};

/// Failures in a row, or a failure rate: `5`, `0.5`.
pub(super) struct ThresholdKind(pub(super) Threshold);

impl FromExpr for ThresholdKind {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        // A negative one is refused with the other rates that are none.
        let number = match expr {
            Expr::Unary(unary) => &unary.expr,
            expr => expr,
        };
        match literal(number) {
            Some(Lit::Float(_)) => return Ok(Self(Threshold::Rate(read::<Number>(expr)?.0))),
            Some(Lit::Str(text)) if text.value().contains(['.', '%']) => {
                read::<Number>(expr)?;
            }
            _ => {}
        }
        // One of the two kinds of thresholds is the example for it.
        match read::<Count>(expr) {
            Ok(failures) => Ok(Self(Threshold::Failures(failures.0))),
            Err(error) => wrong(exemplified(&error, "3")),
        }
    }
}

/// The last calls, or a time: `20`, `"30s"`.
pub(super) struct WindowKind(pub(super) Window);

impl FromExpr for WindowKind {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        let time = match literal(expr) {
            Some(Lit::Str(_)) => true,
            Some(Lit::Int(int)) => time_of(&Lit::Int(int.clone())).is_some(),
            _ => false,
        };
        let calls = matches!(literal(expr), Some(Lit::Int(int)) if int.suffix().is_empty());
        let negative = matches!(expr, Expr::Unary(_));
        if time && !calls {
            return match read::<Time>(expr) {
                Ok(time) => Ok(Self(Window::Time(time.0))),
                Err(error) => wrong(exemplified(&error, "\"30s\"")),
            };
        }
        if !calls && !negative {
            return wrong(format!(
                "`{}` is neither a number of calls nor a duration; write one such as `20` or `\"30s\"`",
                shown(expr)
            ));
        }
        Ok(Self(Window::Calls(read::<Count>(expr)?.0)))
    }
}

/// A factor, a word or the path of a function.
pub(super) struct BackoffKind {
    pub(super) backoff: Backoff,
    pub(super) path: Option<ExprPath>,
}

impl FromExpr for BackoffKind {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        let names = || Backoff::NAMES.iter().map(|(name, _)| *name).chain(["exponential"]);
        let path = match (expr, literal(expr)) {
            (Expr::Path(_), _) if is_off(expr) => return wrong(EXPONENTIAL),
            (Expr::Path(path), _) => path,
            (Expr::Closure(_), _) => {
                return wrong(
                    "a closure cannot stand here; write the path of a function `fn(u32) -> Duration`, such as `backoff = my_delays`",
                );
            }
            (_, Some(Lit::Str(text))) if nearest(&text.value(), names()).is_some() => {
                return match nearest(&text.value(), names()) {
                    Some(name) if name != "exponential" => wrong(format!(
                        "`{}` is a text; write the word without quotes: `{name}`",
                        shown(expr)
                    )),
                    _ => wrong(EXPONENTIAL),
                };
            }
            (Expr::Lit(_) | Expr::Unary(_), _) => {
                let factor = read::<Number>(expr)?.0;
                return Ok(Self { backoff: Backoff::Exponential(factor), path: None });
            }
            _ => {
                return wrong(format!(
                    "`{}` is no kind of backoff; write a factor such as `2.0`, a word such as `linear`, or the path of a function `fn(u32) -> Duration`",
                    shown(expr)
                ));
            }
        };
        let word = word(expr);
        if let Some((_, backoff)) = Backoff::NAMES.iter().find(|(name, _)| *name == word) {
            return Ok(Self { backoff: *backoff, path: None });
        }
        // The name of a function may well begin like one of ours.
        match slip(&word, names()) {
            Some("exponential") => wrong(EXPONENTIAL),
            Some(near) => wrong(format!("`{word}` is no kind of backoff; write `{near}`")),
            None => {
                // Never called: the expansion names the path in its place.
                let backoff = Backoff::Custom(CustomBackoff(|_| Duration::ZERO));
                Ok(Self { backoff, path: Some(path.clone()) })
            }
        }
    }
}

const EXPONENTIAL: &str =
    "exponential backoff is written as its factor; write a number, such as `backoff = 2.0`";

/// A share of the calls, or `off`.
pub(super) struct BudgetKind(pub(super) Budget);

impl FromExpr for BudgetKind {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        if is_off(expr) {
            return Ok(Self(Budget::Off));
        }
        if matches!(literal(expr), Some(Lit::Str(text)) if text.value() == "off") {
            return wrong("`\"off\"` is a text; write the word without quotes: `off`");
        }
        if let Some(Lit::Bool(_)) = literal(expr) {
            return wrong(format!(
                "`{}` is no share of the calls; write a number such as `budget = 0.2`, or `budget = off`",
                shown(expr)
            ));
        }
        Ok(Self(Budget::Ratio(read::<Number>(expr)?.0)))
    }
}

/// A time, or a percentile: `"50ms"`, `p95`.
pub(super) struct AfterKind(pub(super) HedgeAfter);

impl FromExpr for AfterKind {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        if let Some(percentile) = percentile(expr) {
            return Ok(Self(HedgeAfter::Percentile(percentile)));
        }
        match literal(expr) {
            Some(Lit::Str(text)) if percentile_in(&text.value()).is_some() => {
                return wrong(format!(
                    "`{}` is a text; write the percentile without quotes: `{}`",
                    shown(expr),
                    text.value()
                ));
            }
            Some(Lit::Str(_)) => {}
            lit => {
                let time = lit.filter(|lit| !shown_suffix(lit).is_empty()).and_then(time_of);
                return wrong(format!(
                    "`{}` is neither a duration nor a percentile; write one such as `\"{}\"` or `p95`",
                    shown(expr),
                    time.unwrap_or_else(|| "50ms".to_owned())
                ));
            }
        }
        Ok(Self(HedgeAfter::Delay(read::<Time>(expr)?.0)))
    }
}

/// `p95`, or the number alone.
pub(super) struct PercentileKind(pub(super) f64);

impl FromExpr for PercentileKind {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        match percentile(expr) {
            Some(percentile) => Ok(Self(percentile)),
            None => match literal(expr) {
                Some(Lit::Str(text)) if percentile_in(&text.value()).is_some() => wrong(format!(
                    "`{}` is a text; write the percentile without quotes: `{}`",
                    shown(expr),
                    text.value()
                )),
                _ => Ok(Self(read::<Number>(expr)?.0)),
            },
        }
    }
}

fn percentile(expr: &Expr) -> Option<f64> {
    match expr {
        // `p99.9` reads like a field.
        Expr::Field(_) => percentile_in(&shown(expr).replace(' ', "")),
        expr => percentile_in(&word(expr)),
    }
}

fn percentile_in(word: &str) -> Option<f64> {
    let digits = word.strip_prefix('p')?;
    let numeric = digits.starts_with(|digit: char| digit.is_ascii_digit());
    // `p99_9` stands for 99.9, which is no name.
    digits.replace('_', ".").parse().ok().filter(|_| numeric)
}

fn shown_suffix(lit: &Lit) -> &str {
    match lit {
        Lit::Int(int) => int.suffix(),
        _ => "",
    }
}

/// A duration that an attempt may take.
pub(super) struct AttemptKind(pub(super) AttemptTime);

impl FromExpr for AttemptKind {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        let word = word(expr);
        if Tier::NAMED.iter().any(|tier| tier.name() == word) {
            return wrong(format!("`{word}` is a tier; write `timeout(tier = {word})`"));
        }
        if word == "adaptive" {
            return wrong("`adaptive` has parameters; write `timeout(adaptive(max = \"5s\"))`");
        }
        Ok(Self(AttemptTime::Fixed(read::<Time>(expr)?.0)))
    }
}

/// One of our tiers, or the path of a constant that is one of the user's.
pub(super) struct TierKind {
    pub(super) tier: Tier,
    pub(super) path: Option<ExprPath>,
}

impl FromExpr for TierKind {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        let Expr::Path(path) = expr else {
            if let Some(Lit::Str(text)) = literal(expr)
                && let Some(name) = nearest(&text.value(), Tier::NAMED.iter().map(Tier::name))
            {
                return wrong(format!(
                    "`{}` is a text; write the word without quotes: `{name}`",
                    shown(expr)
                ));
            }
            return wrong(format!(
                "`{}` is no tier; write `database`, `external_api`, `cache`, or the path of a constant `Tier`",
                shown(expr)
            ));
        };
        if is_off(expr) {
            return wrong("`off` is no tier; write one such as `database`");
        }
        let word = word(expr);
        if let Some(tier) = Tier::NAMED.iter().find(|tier| tier.name() == word) {
            return Ok(Self { tier: *tier, path: None });
        }
        let own = word.is_empty() || !word.contains(char::is_lowercase);
        match nearest(&word.to_lowercase(), Tier::NAMED.iter().map(Tier::name)).filter(|_| !own) {
            Some(near) => wrong(format!("`{word}` is no tier; write `{near}`")),
            None => {
                // Stands for it: what the constant says is known at run time.
                let tier = Tier::new("a constant", Duration::from_nanos(1));
                Ok(Self { tier, path: Some(path.clone()) })
            }
        }
    }
}

/// One of a few words.
pub(super) struct Word<T>(pub(super) T);

/// A value that the attribute writes as a word.
pub(super) trait Worded: Sized + Copy + 'static {
    /// Every value under its name.
    const NAMES: &'static [(&'static str, Self)];
    /// What the values are, after "is no".
    const NOUN: &'static str;
}

impl Worded for Per {
    const NAMES: &'static [(&'static str, Self)] =
        &[("attempt", Self::Attempt), ("call", Self::Call)];
    const NOUN: &'static str = "thing that a breaker counts";
}

impl Worded for Scope {
    const NAMES: &'static [(&'static str, Self)] =
        &[("service", Self::Service), ("method", Self::Method)];
    const NOUN: &'static str = "scope of a breaker";
}

impl Worded for LimitAlgorithm {
    const NAMES: &'static [(&'static str, Self)] = &Self::NAMES;
    const NOUN: &'static str = "way to find a limit";
}

impl Worded for Preset {
    const NAMES: &'static [(&'static str, Self)] = &Self::NAMES;
    const NOUN: &'static str = "preset";
}

impl Worded for RateAlgorithm {
    const NAMES: &'static [(&'static str, Self)] = &Self::NAMES;
    const NOUN: &'static str = "way to count requests";
}

impl Worded for RateAdaptation {
    const NAMES: &'static [(&'static str, Self)] = &Self::NAMES;
    const NOUN: &'static str = "way to follow a service";
}

/// Who goes first where calls wait.
#[derive(Clone)]
pub(crate) enum Priority {
    /// One of our own, by the name of its variant.
    Named(&'static str),
    /// An expression over the arguments.
    Given(Expr),
}

/// The priorities under the words that the attribute has for them.
pub(crate) const PRIORITIES: [(&str, &str); 4] =
    [("critical", "Critical"), ("high", "High"), ("normal", "Normal"), ("low", "Low")];

/// A word, or an expression over the arguments.
pub(super) struct PriorityKind(pub(super) Priority);

impl FromExpr for PriorityKind {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        let names = || PRIORITIES.iter().map(|(name, _)| *name);
        match literal(expr) {
            Some(Lit::Str(text)) if nearest(&text.value(), names()).is_some() => wrong(format!(
                "`{}` is a text; write the word without quotes: `{}`",
                shown(expr),
                nearest(&text.value(), names()).unwrap_or_default()
            )),
            Some(_) => wrong(format!(
                "`{}` is no priority; write `critical`, `high`, `normal` or `low`, or an expression over the arguments of the type `Priority`",
                shown(expr)
            )),
            None => {
                let word = word(expr);
                let known = PRIORITIES.iter().find(|(name, _)| *name == word);
                Ok(Self(match known {
                    Some((_, variant)) => Priority::Named(variant),
                    None => Priority::Given(expr.clone()),
                }))
            }
        }
    }
}

impl<T: Worded> FromExpr for Word<T> {
    fn from_expr(expr: &Expr) -> Reading<Self> {
        let word = match literal(expr) {
            Some(Lit::Str(text)) => text.value(),
            _ => word(expr),
        };
        let names = || T::NAMES.iter().map(|(name, _)| *name);
        let known = T::NAMES.iter().find(|(name, _)| *name == word);
        match known.filter(|_| literal(expr).is_none()) {
            Some((_, value)) => Ok(Self(*value)),
            None if known.is_some() => wrong(format!(
                "`{}` is a text; write the word without quotes: `{word}`",
                shown(expr)
            )),
            None => {
                let typed = match expr {
                    // `Preset::Database`
                    Expr::Path(path) => path.path.segments.last().map(|it| it.ident.to_string()),
                    _ => Some(word),
                };
                let typed = typed.map(|typed| snake_case(&typed)).unwrap_or_default();
                let cure = match nearest(&typed, names()) {
                    Some(near) => format!("`{near}`"),
                    None => {
                        let names: Vec<_> = names().map(|name| format!("`{name}`")).collect();
                        let (last, first) = names.split_last().expect("there are two at least");
                        format!("{} or {last}", first.join(", "))
                    }
                };
                wrong(format!("`{}` is no {}; write {cure}", shown(expr), T::NOUN))
            }
        }
    }
}

/// The name, where an expression is one.
fn word(expr: &Expr) -> String {
    match expr {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string).unwrap_or_default(),
        _ => String::new(),
    }
}
