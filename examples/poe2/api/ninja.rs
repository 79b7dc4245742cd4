use resilient_runtime::resilient;

use super::{ApiError, error::unavailable, http::HttpService};
use crate::model::{Answer, Class, Difficulty, PopularBuild, Tier};

/// Popular builds.
#[resilient(
    service = "poe_ninja",
    breaker(threshold = 2, recovery = "120s"),
    retry(max = 3, base = "3s", backoff = 3.0),
    rate = 0.2,
    cache(memory = "15m", disk = "2h", stale = "1h"),
    timeout = "15s",
    fallback(stale, backup = OfflineNinja, unavailable),
)]
pub(crate) trait NinjaApi {
    /// What the players of a class play.
    async fn popular_builds(&self, class: Class) -> Result<Answer<Vec<PopularBuild>>, ApiError>;
}

/// `poe.ninja` over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct HttpNinja(HttpService);

impl HttpNinja {
    /// The service at an address.
    pub(crate) fn new(base: String) -> reqwest::Result<Self> {
        HttpService::new(base).map(Self)
    }
}

impl NinjaApi for HttpNinja {
    async fn popular_builds(&self, class: Class) -> Result<Answer<Vec<PopularBuild>>, ApiError> {
        self.0.get("/builds", &[("class", class)]).await
    }
}

/// What the program knows of the ladder by itself: two templates, whatever the class.
pub(crate) struct OfflineNinja;

impl NinjaApi for OfflineNinja {
    async fn popular_builds(&self, _class: Class) -> Result<Answer<Vec<PopularBuild>>, ApiError> {
        let builds = vec![
            PopularBuild {
                name: "Lightning Arrow Ranger".to_owned(),
                class: Class::Ranger,
                ascendancy: "Deadeye".to_owned(),
                main_skill: "Lightning Arrow".to_owned(),
                estimated_dps: 850_000.0,
                difficulty: Difficulty::Medium,
                budget_tier: Tier::Medium,
                share: None,
                key_items: Vec::new(),
            },
            PopularBuild {
                name: "Ice Nova Witch".to_owned(),
                class: Class::Witch,
                ascendancy: "Chronomancer".to_owned(),
                main_skill: "Ice Nova".to_owned(),
                estimated_dps: 1_200_000.0,
                difficulty: Difficulty::High,
                budget_tier: Tier::High,
                share: None,
                key_items: Vec::new(),
            },
        ];
        Ok(Answer::fallback(builds, "preset build templates: the poe.ninja service is unavailable"))
    }
}
