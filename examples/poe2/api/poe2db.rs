use resilient_runtime::resilient;

use super::{ApiError, error::unavailable, http::HttpService};
use crate::model::{Answer, Element, Item, Rarity, Skill, SkillKind, Slot};

/// Skills and items.
#[resilient(
    service = "poe2db",
    breaker(threshold = 5, recovery = "30s"),
    retry(max = 2, base = "1s", backoff = 1.5),
    rate = 1.0,
    cache(memory = "10m", disk = "1h", stale = "1h"),
    timeout = "10s",
    fallback(stale, backup = OfflinePoe2Db, unavailable),
)]
pub(crate) trait Poe2DbApi {
    /// Every skill.
    async fn skill_data(&self) -> Result<Answer<Vec<Skill>>, ApiError>;

    /// Every item.
    async fn item_data(&self) -> Result<Answer<Vec<Item>>, ApiError>;
}

/// `PoE2DB` over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct HttpPoe2Db(HttpService);

impl HttpPoe2Db {
    /// The service at an address.
    pub(crate) fn new(base: String) -> reqwest::Result<Self> {
        HttpService::new(base).map(Self)
    }
}

impl Poe2DbApi for HttpPoe2Db {
    async fn skill_data(&self) -> Result<Answer<Vec<Skill>>, ApiError> {
        self.0.get("/skills", &()).await
    }

    async fn item_data(&self) -> Result<Answer<Vec<Item>>, ApiError> {
        self.0.get("/items", &()).await
    }
}

/// What the program knows of the game by itself: names, but no numbers.
pub(crate) struct OfflinePoe2Db;

impl Poe2DbApi for OfflinePoe2Db {
    async fn skill_data(&self) -> Result<Answer<Vec<Skill>>, ApiError> {
        let skill = |name: &str, kind, damage_type| Skill {
            name: name.to_owned(),
            kind,
            damage_type,
            hit: None,
            uses_per_second: None,
        };
        let skills = vec![
            skill("Lightning Arrow", SkillKind::Bow, Element::Lightning),
            skill("Ice Nova", SkillKind::Spell, Element::Cold),
        ];
        Ok(Answer::fallback(skills, "offline skill data: the PoE2DB service is unavailable"))
    }

    async fn item_data(&self) -> Result<Answer<Vec<Item>>, ApiError> {
        let armour = |name: &str| Item {
            name: name.to_owned(),
            slot: Slot::BodyArmour,
            tier: Rarity::Unique,
            increase: 0.0,
            damage_type: None,
            wield: None,
        };
        let items = vec![armour("Kaom's Heart"), armour("Belly of the Beast")];
        Ok(Answer::fallback(items, "offline item data: the PoE2DB service is unavailable"))
    }
}
