use resilient_runtime::resilient;

use super::{ApiError, error::unavailable, http::HttpService};
use crate::model::{Answer, Listing, Market, Quote, Trend, Trends};

/// Market data and build trends.
#[resilient(
    service = "poe2_scout",
    breaker(threshold = 3, recovery = "60s"),
    retry(max = 3, base = "2s", backoff = 2.0),
    rate = 0.5,
    cache(memory = "5m", disk = "30m", stale = "1h"),
    timeout = "10s",
    fallback(stale, backup = OfflineScout, unavailable),
)]
pub(crate) trait ScoutApi {
    /// What a league's market trades at.
    async fn market_data(&self, league: &str) -> Result<Answer<Market>, ApiError>;

    /// What players turn to.
    async fn build_trends(&self) -> Result<Answer<Trends>, ApiError>;
}

/// `PoE2 Scout` over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct HttpScout(HttpService);

impl HttpScout {
    /// The service at an address.
    pub(crate) fn new(base: String) -> reqwest::Result<Self> {
        HttpService::new(base).map(Self)
    }
}

impl ScoutApi for HttpScout {
    async fn market_data(&self, league: &str) -> Result<Answer<Market>, ApiError> {
        self.0.get(&format!("/leagues/{league}/market"), &()).await
    }

    async fn build_trends(&self) -> Result<Answer<Trends>, ApiError> {
        self.0.get("/trends", &()).await
    }
}

/// What the program knows of the market by itself.
pub(crate) struct OfflineScout;

impl ScoutApi for OfflineScout {
    async fn market_data(&self, _league: &str) -> Result<Answer<Market>, ApiError> {
        let quote =
            |name: &str, chaos_value, trend| (name.to_owned(), Quote { chaos_value, trend });
        let listing = |name: &str, kind: &str, avg_price| Listing {
            name: name.to_owned(),
            kind: kind.to_owned(),
            avg_price,
        };
        let market = Market {
            currency: [
                quote("divine", 180.0, Trend::Stable),
                quote("exalted", 45.0, Trend::Rising),
            ]
            .into(),
            popular_items: vec![
                listing("Kaom's Heart", "Body Armour", 12.0),
                listing("Shaper of Storms", "Unique Jewel", 8.0),
            ],
        };
        Ok(Answer::fallback(market, "cached market data: the PoE2 Scout service is unavailable"))
    }

    async fn build_trends(&self) -> Result<Answer<Trends>, ApiError> {
        let shift = |archetype: &str, trend| (archetype.to_owned(), trend);
        let trends = Trends {
            popular_classes: ["Ranger", "Witch", "Warrior"].map(str::to_owned).into(),
            trending_skills: ["Lightning Arrow", "Ice Nova", "Earthquake"]
                .map(str::to_owned)
                .into(),
            meta_shifts: [
                shift("bow_builds", Trend::Rising),
                shift("spell_builds", Trend::Stable),
                shift("melee_builds", Trend::Declining),
            ]
            .into(),
        };
        Ok(Answer::fallback(trends, "preset trends: the PoE2 Scout service is unavailable"))
    }
}
