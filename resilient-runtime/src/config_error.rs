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

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A service, or one of its methods.
pub(crate) fn subject(service: &Name, method: Option<&str>) -> String {
    method.map_or_else(|| service.to_string(), |method| format!("{service}.{method}"))
}
