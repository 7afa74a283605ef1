//! `POST /api/v1/recommendations/train`: has a model made of all behaviour.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read of the state, one more where a training runs, one transaction of state, model, agenda, audit entry and
//! idempotency row, one message.

use axum::extract::State;
use cloud::Queue;
use kernel::RecommendationModelId;
use recommend::{RecommendationModel, RecommenderRows};
use serde_json::json;
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Envelope, Optional, Problem, Reply, RequestInfo};

use crate::{RecommendationsManage, TRAINING_REQUESTED, models::model_view::RecommendationModelView};

/// Train recommendations
///
/// Usually nobody needs to: what people did is learnt from every night. Answers are made as before until the model is there, and
/// also then, unless it foretells the last fifth of the past better than what is popular does. `GET /recommendations/models/{id}` says
/// how far it is. One training runs at a time: whoever asks meanwhile is told of that one.
#[utoipa::path(
    post, path = "/api/v1/recommendations/train",
    responses((status = 202, body = Envelope<RecommendationModelView>), (status = 409, description = "CONFLICT"))
)]
pub async fn train_recommendations(
    State(api): State<Api>,
    caller: Caller<RecommendationsManage>,
    info: RequestInfo,
    key: Optional,
) -> Result<Reply, Problem> {
    let (scope, now) = (caller.scope, api.now());
    let rows = RecommenderRows::new(api.table(), scope);
    let new = RecommendationModel::queued(RecommendationModelId::new(api.new_ulid()), now);
    let outcome = until_settled(Problem::conflict, || async {
        let state = rows.state().await?;
        let mut transaction = Transaction::new();
        let running = match &state.training {
            None => None,
            Some(training) => Some(rows.model(training.model).await?.ok_or_else(Problem::conflict)?),
        };
        if let Some(next) = state.begun(new.id) {
            rows.begin(&mut transaction, &next, &new)?;
        }
        let model = running.as_ref().unwrap_or(&new);
        caller.entry(&api, &info, TRAINING_REQUESTED).about(model.id).insert(&mut transaction, scope)?;
        let reply = Reply::accepted(&RecommendationModelView::of(model, &state))?;
        match key.try_commit(&api, transaction, reply).await? {
            Ok(reply) => Ok(Race::Settled(reply)),
            Err(_) => Ok(Race::Lost),
        }
    })
    .await;
    let reply = key.settle(&api, outcome).await?;
    // Twice is as once, and one that is lost the agenda makes up for.
    if let Err(error) = api.ports().queues.send(Queue::RecommendationWork, &[json!(rows.due(new.id, now))]).await {
        tracing::warn!(%error, "a training was not told of; the agenda makes up for it");
    }
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use cloud::Queue;
    use http::Method;
    use serde_json::json;

    use crate::world::World;

    const TRAIN: &str = "/api/v1/recommendations/train";
    const MODELS: &str = "/api/v1/recommendations/models";

    #[tokio::test]
    async fn a_training_is_begun_once_however_often_it_is_asked_for() {
        let world = World::open().await;
        let asked = world.staff(Method::POST, TRAIN, None).await;
        assert_eq!(
            (asked.status.as_u16(), asked.text("/data/status").as_str()),
            (202, "queued"),
            "{}",
            asked.snapshot()
        );
        let again = world.staff(Method::POST, TRAIN, None).await;
        assert_eq!((again.status.as_u16(), again.text("/data/id")), (202, asked.text("/data/id")));
        let listed = world.staff(Method::GET, MODELS, None).await;
        assert_eq!(listed.at("/data").as_array().unwrap().len(), 1, "{}", listed.snapshot());
        let one = world.staff(Method::GET, &format!("{MODELS}/{}", asked.text("/data/id")), None).await;
        assert_eq!((one.at("/data/progress"), one.at("/data/serving")), (json!(0), json!(false)));
        let messages = world.stack.work.to(Queue::RecommendationWork);
        assert_eq!(messages.first().unwrap()["id"], json!(asked.text("/data/id")));
    }

    #[tokio::test]
    async fn models_are_for_staff_of_the_tenant() {
        let world = World::open().await;
        let id = world.staff(Method::POST, TRAIN, None).await.text("/data/id");
        for (method, path) in [(Method::POST, TRAIN), (Method::GET, MODELS)] {
            let refused = world.client.call(method, path).bearer(&world.customer.token).send().await;
            assert_eq!(refused.text("/code"), "FORBIDDEN", "{path}");
        }
        let other = world.stack.tenant("toko-b").await.1;
        let theirs = world.client.get(format!("{MODELS}/{id}")).bearer(&other.token).send().await;
        let none =
            world.client.get(format!("{MODELS}/rcm_01JD2Z3M4N5P6Q7R8S9T0V1W2X")).bearer(&other.token).send().await;
        assert_eq!((theirs.status, theirs.text("/code")), (none.status, none.text("/code")));
        assert_eq!(none.status, 404);
        assert_eq!(world.client.get(MODELS).bearer(&other.token).send().await.at("/data"), json!([]));
    }
}
