//! A limit of calls is met.

use serde_json::{Value, json};

use super::{
    JourneyError,
    caller::{Call, Caller, text},
    people::{Person, Tenant},
};

/// More than FREE allows in a minute, also where one begins in between.
const TRIES: u32 = 30;

/// A customer of FREE calls until the minute's calls are used up; a minute later they are let through again.
pub(super) async fn too_often(caller: &Caller<'_>, tenant: &Tenant) -> Result<(), JourneyError> {
    let person = Person::register(caller, tenant, "citra").await?;
    let token = person.sign_in(caller).await?;
    let body = json!({ "planKey": "FREE", "currency": "IDR" });
    let say = |answer: &Value| format!("{} costs nothing", text(answer, "/data/planKey"));
    caller.api(Call::post("/subscriptions", body).token(&token).key("subscribe-citra"), 201, say).await?;
    // A function may remember for a few seconds what its caller may do.
    let moved = |_: &Value| "a minute passes".to_owned();
    caller.control(Call::post("/clock", json!({ "advance": "1m" })), moved).await?;

    for calls in 1..=TRIES {
        let (status, answer) = caller.attempt(Call::get("/subscriptions").token(&token)).await?;
        if status != 429 {
            continue;
        }
        let claim = format!("call {calls} is refused with {}: {}", text(&answer, "/code"), text(&answer, "/detail"));
        caller.check(answer["code"] == "RATE_LIMITED", &claim, &answer)?;
        caller.control(Call::post("/clock", json!({ "advance": "1m" })), moved).await?;
        let say = |_: &Value| "the customer is let through again".to_owned();
        caller.api(Call::get("/subscriptions").token(&token), 200, say).await?;
        return Ok(());
    }
    Err(JourneyError::Untrue(format!("FREE allows 10 calls a minute, but {TRIES} went through")))
}
