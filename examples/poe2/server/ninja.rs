use axum::{
    Json, Router,
    extract::{Query, State},
    routing::get,
};
use serde::Deserialize;

use super::World;
use crate::model::{Answer, Class, PopularBuild};

/// The routes of `poe.ninja`.
pub(super) fn routes(world: World) -> Router {
    Router::new().route("/builds", get(builds)).with_state(world)
}

#[derive(Deserialize)]
struct Ladder {
    class: Class,
}

async fn builds(
    State(world): State<World>,
    Query(ladder): Query<Ladder>,
) -> Json<Answer<Vec<PopularBuild>>> {
    Json(Answer::ok(
        world.data.builds.iter().filter(|build| build.class == ladder.class).cloned().collect(),
    ))
}
