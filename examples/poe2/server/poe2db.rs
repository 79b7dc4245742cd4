use axum::{Json, Router, extract::State, routing::get};

use super::World;
use crate::model::{Answer, Item, Skill};

/// The routes of `PoE2DB`.
pub(super) fn routes(world: World) -> Router {
    Router::new().route("/skills", get(skills)).route("/items", get(items)).with_state(world)
}

async fn skills(State(world): State<World>) -> Json<Answer<Vec<Skill>>> {
    Json(Answer::ok(world.data.skills.clone()))
}

async fn items(State(world): State<World>) -> Json<Answer<Vec<Item>>> {
    Json(Answer::ok(world.data.goods.iter().map(|goods| goods.item.clone()).collect()))
}
