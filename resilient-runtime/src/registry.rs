use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    path::PathBuf,
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
};

use resilient_policy::{Origin, PolicyConfig};

#[cfg(feature = "disk")]
use crate::disk::Store;
use crate::{
    BreakerTransition, ConfigError, Declaration, DiskSnapshot, DiskStatus, Name, Service,
    ServiceSnapshot, Subscription, blocking, breaker::Listeners, config_error::subject,
    counters::Counters, declaration::Overrides, disk::DiskTier, events, events::Subject,
    rng::Seeds,
};

/// The services of a program, by name. Cheap to clone: clones are one registry.
///
/// State is shared by service name within a registry: two decorators that name one service share its breaker and its
/// rate limit. Most programs use the [global](Self::global) one; tests give each case a [new](Self::new) one.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    services: RwLock<BTreeMap<Name, Service>>,
    shared: Arc<Shared>,
}

/// What every service of a registry needs.
pub(crate) struct Shared {
    pub(crate) overrides: HashMap<String, PolicyConfig>,
    pub(crate) seeds: Arc<Seeds>,
    /// How busy the machine is, in percent.
    pub(crate) load: Arc<AtomicU8>,
    /// Those who listen to the breakers of all services.
    pub(crate) listeners: Arc<Listeners>,
    #[cfg(feature = "disk")]
    store: Option<Arc<Store>>,
    disk: DiskStatus,
    /// Whether it was said that nothing is kept on disk.
    told: AtomicBool,
}

/// What every service of a registry is at, and has done, at one moment.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct RegistrySnapshot {
    /// The services, by name.
    pub services: Vec<ServiceSnapshot>,
    /// Whether answers are kept on disk.
    pub disk: DiskStatus,
    /// What is on disk, where there is a cache directory that could be opened.
    pub disk_tier: Option<DiskSnapshot>,
}

static GLOBAL: OnceLock<Registry> = OnceLock::new();

impl Registry {
    /// The registry of decorators that are made without one.
    ///
    /// Unless [`set_global`](Self::set_global) was called before, it has no cache directory.
    pub fn global() -> &'static Self {
        GLOBAL.get_or_init(Self::new)
    }

    /// Makes this the global registry, for a program that wants to configure it. Call it first thing in `main`.
    ///
    /// # Errors
    ///
    /// Gives the registry back where the global one was used already.
    pub fn set_global(self) -> Result<(), Self> {
        GLOBAL.set(self)
    }

    /// A registry of its own, without a cache directory.
    pub fn new() -> Self {
        RegistryBuilder::default().with_disk(
            DiskStatus::Off,
            #[cfg(feature = "disk")]
            None,
        )
    }

    /// Configures a registry.
    pub fn builder() -> RegistryBuilder {
        RegistryBuilder::default()
    }

    /// A service, once a decorator or a policy was made for it.
    pub fn service(&self, name: &str) -> Option<Service> {
        self.0.services.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Every service, by name.
    pub fn services(&self) -> Vec<Service> {
        self.0.services.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// What every service is at, and has done.
    pub fn snapshot(&self) -> RegistrySnapshot {
        let services = self.services().iter().map(Service::snapshot).collect();
        #[cfg(feature = "disk")]
        let disk_tier = self.0.shared.store.as_ref().map(|store| store.snapshot());
        #[cfg(not(feature = "disk"))]
        let disk_tier = None;
        RegistrySnapshot { services, disk: self.disk(), disk_tier }
    }

    /// Says how busy the machine is, in percent (0): over 60 an [adaptive](crate::AdaptiveConfig) timeout gives an attempt
    /// 1.2 times as long, over 80 1.5 times.
    pub fn set_load(&self, percent: u8) {
        self.0.shared.load.store(percent.min(100), Ordering::Relaxed);
    }

    /// The state of the disk tier, now.
    pub fn disk(&self) -> DiskStatus {
        #[cfg(feature = "disk")]
        if let Some(problem) = self.0.shared.store.as_ref().and_then(|store| store.problem()) {
            return DiskStatus::Unavailable { reason: problem.to_owned() };
        }
        self.0.shared.disk.clone()
    }

    /// Waits until every answer that was put in the disk tier before is on disk, safe from a crash of the process and
    /// of the machine, or could not be brought there ([`disk`](Self::disk) then says why). Worth a call at the end of `main`: answers are written in the background.
    #[cfg_attr(
        not(feature = "disk"),
        expect(clippy::unused_async, reason = "with the disk tier it waits")
    )]
    pub async fn flush(&self) {
        #[cfg(feature = "disk")]
        if let Some(store) = &self.0.shared.store {
            store.flush().await;
        }
    }

    /// Writes every answer that was put in the disk tier before, and closes it; caches go on from memory. The best call
    /// at the end of `main`, for all registries that share the directory: what was closed needs no check when it is
    /// opened again.
    #[cfg_attr(
        not(feature = "disk"),
        expect(clippy::unused_async, reason = "with the disk tier it waits")
    )]
    pub async fn close(&self) {
        #[cfg(feature = "disk")]
        if let Some(store) = &self.0.shared.store {
            store.close().await;
        }
    }

    /// Like [`flush`](Self::flush), and blocks the thread meanwhile.
    pub fn flush_blocking(&self) {
        blocking::wait(self.flush());
    }

    /// Like [`close`](Self::close), and blocks the thread meanwhile.
    pub fn close_blocking(&self) {
        blocking::wait(self.close());
    }

    /// Calls `listener` at each change of state of each circuit breaker of each service, also of those that are
    /// declared later, until the subscription is dropped. See [`CircuitBreaker::subscribe`](crate::CircuitBreaker::subscribe).
    pub fn subscribe(
        &self,
        listener: impl Fn(&BreakerTransition) + Send + Sync + 'static,
    ) -> Subscription {
        self.0.shared.listeners.subscribe(listener)
    }

    /// Declares a service with the policies that its methods have in common.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] where a parameter is out of its range, [`ConfigError::Conflict`] where the service was
    /// declared before with another breaker, rate, bulkhead or budget.
    pub fn declare(
        &self,
        service: &str,
        policies: PolicyConfig,
    ) -> Result<Declaration, ConfigError> {
        self.declare_as(service, Origin::Attribute, policies, Overrides::default())
    }

    #[expect(clippy::large_types_passed_by_value, reason = "they are kept")]
    pub(crate) fn declare_as(
        &self,
        service: &str,
        origin: Origin,
        policies: PolicyConfig,
        overrides: Overrides,
    ) -> Result<Declaration, ConfigError> {
        let service = {
            let mut services = self.0.services.write().unwrap_or_else(PoisonError::into_inner);
            services
                .entry(Name::from(service))
                .or_insert_with_key(|name| Service::new(name.clone()))
                .clone()
        };
        Declaration::new(service, origin, policies, overrides, Arc::clone(&self.0.shared))
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("services", &self.services())
            .field("disk", &self.disk())
            .finish()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("disk", &self.disk).finish_non_exhaustive()
    }
}

impl Shared {
    #[cfg(feature = "disk")]
    pub(crate) fn disk_tier(
        &self,
        subject: &Subject,
        namespace: &Name,
        schema: u32,
        counters: &Arc<Counters>,
    ) -> Option<DiskTier> {
        if self.store.is_none() && self.disk == DiskStatus::Off {
            self.without_directory(subject);
        }
        let store = self.store.clone()?;
        Some(DiskTier::new(store, subject.clone(), namespace, schema, Arc::clone(counters)))
    }

    #[cfg(not(feature = "disk"))]
    pub(crate) fn disk_tier(
        &self,
        subject: &Subject,
        _: &Name,
        _: u32,
        _: &Arc<Counters>,
    ) -> Option<DiskTier> {
        self.without_directory(subject);
        None
    }

    /// Says once for each registry that nothing is kept on disk.
    fn without_directory(&self, subject: &Subject) {
        if self.told.swap(true, Ordering::Relaxed) {
            return;
        }
        let (service, method) = (subject.service.as_str(), subject.method.as_str());
        let problem = "the registry has no cache directory, so `cache(disk = ...)` works from memory alone; \
                       give it one with `Registry::builder().cache_dir(path)`";
        tracing::info!(target: events::TARGET, event = "cache", service, method, problem, "nothing is kept on disk");
    }
}

/// Configures a [`Registry`].
#[derive(Debug, Default)]
#[must_use = "build the registry"]
pub struct RegistryBuilder {
    cache_dir: Option<PathBuf>,
    cache_dir_limit: Option<u64>,
    cache_dir_memory: Option<u64>,
    seed: Option<u64>,
    overrides: BTreeMap<String, PolicyConfig>,
}

impl RegistryBuilder {
    /// Keeps the disk tiers of all caches in this directory, which is made if it is not there.
    ///
    /// One process at a time holds a directory. A second one, a full disk and a directory that cannot be written are
    /// no errors: the caches then work from memory, with a warning, and [`Registry::disk`] says why.
    pub fn cache_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.cache_dir = Some(path.into());
        self
    }

    /// How many bytes the cache directory may take (1 GiB), 4 MiB or more. Expired answers go first, then those that
    /// were stored first. An eighth to a third of it are answers, less where they are small; one that is larger than a 32nd part is not kept.
    ///
    /// Where two registries share a directory, the smaller limit holds.
    pub fn cache_dir_limit(mut self, bytes: u64) -> Self {
        self.cache_dir_limit = Some(bytes);
        self
    }

    /// How many bytes of the cache directory's file may be kept in memory (64 MiB), so that an answer that is read again
    /// need not be read from the file. What was neither read nor written takes none, and more than half of
    /// [`cache_dir_limit`](Self::cache_dir_limit) is never needed. With less, a large answer takes two to three times as
    /// long; 0 keeps nothing, and leaves it to the system to keep files in memory.
    ///
    /// Where two registries share a directory, that of the one which opened it holds.
    pub fn cache_dir_memory(mut self, bytes: u64) -> Self {
        self.cache_dir_memory = Some(bytes);
        self
    }

    /// Makes every random choice repeatable.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Changes parameters of a service's policies, over what its attribute, those of its methods and the
    /// [builders](crate::DecoratorBuilder::configure) of its decorators say; a policy can also be switched off. Policies that the attribute does not name cannot be added.
    pub fn configure(mut self, service: impl Into<String>, over: PolicyConfig) -> Self {
        let config = self.overrides.entry(service.into()).or_default();
        *config = config.overlaid(&over);
        self
    }

    /// Builds the registry, and opens its cache directory, which reads a little of the disk.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] where a parameter is out of its range, [`ConfigError::CacheDir`] where the cache
    /// directory is something else than a directory.
    pub fn build(self) -> Result<Registry, ConfigError> {
        for (service, config) in &self.overrides {
            let problems = config.problems();
            if !problems.is_empty() {
                return Err(ConfigError::Invalid {
                    subject: subject(&service.as_str().into(), None),
                    problems,
                });
            }
        }
        self.open()
    }

    #[cfg(feature = "disk")]
    fn open(self) -> Result<Registry, ConfigError> {
        use crate::disk::{DEFAULT_LIMIT, DEFAULT_MEMORY, OpenError, SMALLEST_LIMIT};

        let Some(directory) = &self.cache_dir else {
            return Ok(self.with_disk(DiskStatus::Off, None));
        };
        let limit = self.cache_dir_limit.unwrap_or(DEFAULT_LIMIT);
        if limit < SMALLEST_LIMIT {
            return Err(ConfigError::CacheDir {
                reason: format!(
                    "`cache_dir_limit({limit})` leaves no room for answers; write {SMALLEST_LIMIT} bytes or more"
                ),
            });
        }
        let memory = self.cache_dir_memory.unwrap_or(DEFAULT_MEMORY);
        match Store::open(directory, limit, memory) {
            Ok(store) => Ok(self.with_disk(DiskStatus::Ready, Some(store))),
            Err(error @ OpenError::NotADirectory(_)) => {
                Err(ConfigError::CacheDir { reason: error.to_string() })
            }
            Err(error) => {
                tracing::warn!(target: events::TARGET, event = "cache", problem = %error, "caches work from memory alone");
                Ok(self.with_disk(DiskStatus::Unavailable { reason: error.to_string() }, None))
            }
        }
    }

    #[cfg(not(feature = "disk"))]
    #[expect(clippy::unnecessary_wraps, reason = "with the disk tier it can fail")]
    fn open(self) -> Result<Registry, ConfigError> {
        let disk = if self.cache_dir.is_some() {
            DiskStatus::Unavailable {
                reason: "the feature `disk` of `resilient-runtime` is off".to_owned(),
            }
        } else {
            DiskStatus::Off
        };
        Ok(self.with_disk(disk))
    }

    fn with_disk(
        self,
        disk: DiskStatus,
        #[cfg(feature = "disk")] store: Option<Arc<Store>>,
    ) -> Registry {
        let shared = Shared {
            overrides: self.overrides.into_iter().collect(),
            load: Arc::default(),
            seeds: Arc::new(self.seed.map_or_else(Seeds::unpredictable, Seeds::new)),
            listeners: Arc::default(),
            #[cfg(feature = "disk")]
            store,
            disk,
            told: AtomicBool::new(false),
        };
        Registry(Arc::new(Inner { services: RwLock::default(), shared: Arc::new(shared) }))
    }
}
