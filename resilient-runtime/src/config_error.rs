use resilient_policy::Problem;

use crate::Name;

/// Why policies cannot be used as they are configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Parameters are out of their range, or at odds with each other.
    #[error("the policies of `{subject}` cannot work: {}", list(problems))]
    #[non_exhaustive]
    Invalid {
        /// The service, and the method if it is one method's.
        subject: String,
        /// Every problem.
        problems: Vec<Problem>,
    },
    /// One name stands for two different configurations.
    #[error(
        "`{subject}` is declared with two different configurations of `{policy}`: {first}, and {second}; \
         give one of them another `service = \"...\"`, or the same parameters"
    )]
    #[non_exhaustive]
    Conflict {
        /// The service, and the method if it is one method's.
        subject: String,
        /// The policy.
        policy: &'static str,
        /// What was declared first.
        first: String,
        /// What was declared second.
        second: String,
    },
    /// A decorator's builder was told of a method that there is not, or that is passed straight through.
    #[error("`{service}` has no method `{method}` with policies; {}", cure(nearest.as_ref(), methods))]
    #[non_exhaustive]
    UnknownMethod {
        /// The service.
        service: String,
        /// What it was told.
        method: String,
        /// The method that was probably meant.
        nearest: Option<String>,
        /// The methods that there are.
        methods: Vec<String>,
    },
    /// A cache namespace says nothing.
    #[error(
        "the cache namespace of `{subject}` is empty; name whose answers are kept apart, such as an account, or leave it out"
    )]
    #[non_exhaustive]
    CacheNamespace {
        /// The service.
        subject: String,
    },
    /// The cache directory can never be one.
    #[error("the cache directory cannot be used: {reason}")]
    #[non_exhaustive]
    CacheDir {
        /// Why.
        reason: String,
    },
}

impl ConfigError {
    pub(crate) fn unknown_method(service: &str, method: &str, methods: &[&str]) -> Self {
        Self::UnknownMethod {
            service: service.to_owned(),
            method: method.to_owned(),
            nearest: nearest(method, methods).map(str::to_owned),
            methods: methods.iter().map(ToString::to_string).collect(),
        }
    }
}

fn cure(nearest: Option<&String>, methods: &[String]) -> String {
    match (nearest, methods) {
        (Some(nearest), _) => format!("write `{nearest}`"),
        (None, []) => "leave it out".to_owned(),
        (None, methods) => format!("write one of `{}`", methods.join("`, `")),
    }
}

/// The name that takes the fewest changes, where those are at most half of it.
fn nearest<'a>(typo: &str, names: &[&'a str]) -> Option<&'a str> {
    let near = names.iter().map(|name| (distance(typo, name), *name)).min()?;
    (near.0 * 2 <= near.1.chars().count()).then_some(near.1)
}

/// How many letters are to be put in, left out or changed (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (column, there) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *there);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A service, or one of its methods.
pub(crate) fn subject(service: &Name, method: Option<&str>) -> String {
    method.map_or_else(|| service.to_string(), |method| format!("{service}.{method}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_has_a_nearest_method() {
        let methods = ["market_data", "build_trends"];
        assert_eq!(nearest("marketdata", &methods), Some("market_data"));
        assert_eq!(nearest("market", &methods), Some("market_data"));
        assert_eq!(nearest("trends", &methods), Some("build_trends"));
        assert_eq!(nearest("zzz", &methods), None);
        assert_eq!(
            (distance("kitten", "sitting"), distance("", "ab"), distance("a", "a")),
            (3, 2, 0)
        );
    }
}
