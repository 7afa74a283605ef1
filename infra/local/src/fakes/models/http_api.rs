//! The fake's HTTP side.

use std::{sync::Arc, time::Duration};

use ai::{AiProvider, ModelUse};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, State},
    response::Response,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde_json::{Value, json};

use super::{
    FaultPhase, LanguageModels, ModelFault, Refusal, anthropic,
    events::{self, Event, data},
    gemini, model, models_of,
    openai::{self, Head},
};

/// How long a silent provider says nothing.
const SILENCE: Duration = Duration::from_mins(2);
/// The largest request, in bytes.
const LARGEST: usize = 32 * 1024 * 1024;

/// All providers.
pub(crate) fn router(models: Arc<LanguageModels>) -> Router {
    Router::new().fallback(answer).layer(DefaultBodyLimit::max(LARGEST)).with_state(models)
}

/// A call, and whose it is.
struct Call<'a> {
    models: &'a LanguageModels,
    provider: AiProvider,
    key: String,
    headers: &'a HeaderMap,
    body: Value,
    fault: Option<ModelFault>,
}

async fn answer(
    State(models): State<Arc<LanguageModels>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().trim_matches('/').to_owned();
    let (name, rest) = path.split_once('/').unwrap_or((&path, ""));
    let Ok(provider) = name.parse::<AiProvider>() else { return plain(404, &json!({})) };
    if models.is_silent(provider) {
        tokio::time::sleep(SILENCE).await;
    }
    let key = key_of(provider, &headers, &uri);
    let admitted = models.admit(provider, &key).and_then(|fault| match fault {
        Some(fault) if fault.phase == FaultPhase::Head => {
            let retry_after = fault.retry_after;
            Err(Refusal { retry_after, ..Refusal::new(fault.status, "The server was told to fail.") })
        }
        other => Ok(other),
    });
    let answered = admitted.and_then(|fault| {
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let call = Call { models: &models, provider, key, headers: &headers, body, fault };
        route(&call, &method, rest)
    });
    answered.unwrap_or_else(|refusal| refused(provider, &refusal))
}

fn route(call: &Call<'_>, method: &Method, path: &str) -> Result<Response, Refusal> {
    let unknown = || Refusal::new(404, "Not Found");
    match (call.provider, method.as_str(), path) {
        (AiProvider::OpenAi, "POST", "v1/chat/completions") | (AiProvider::DeepSeek, "POST", "chat/completions") => {
            call.completion()
        }
        (AiProvider::OpenAi, "POST", "v1/embeddings") => {
            let name = call.body["model"].as_str().unwrap_or_default();
            model(call.provider, name, ModelUse::Embeddings)?;
            Ok(plain(200, &openai::embeddings(name, &call.body)?))
        }
        (AiProvider::OpenAi, "GET", "v1/models") | (AiProvider::DeepSeek, "GET", "models") => {
            let of =
                |id: &str| json!({"id": id, "object": "model", "created": 1_767_225_600, "owned_by": call.provider});
            let all: Vec<Value> = models_of(call.provider).map(|model| of(&model.id)).collect();
            Ok(plain(200, &json!({"object": "list", "data": all})))
        }
        (AiProvider::Anthropic, "POST", "v1/messages") => call.message(),
        (AiProvider::Anthropic, "GET", "v1/models") => {
            let of =
                |id: &str| json!({"type": "model", "id": id, "display_name": id, "created_at": "2026-01-01T00:00:00Z"});
            let all: Vec<Value> = models_of(call.provider).map(|model| of(&model.id)).collect();
            let (first, last) = (all.first().map(|one| one["id"].clone()), all.last().map(|one| one["id"].clone()));
            Ok(plain(200, &json!({"data": all, "has_more": false, "first_id": first, "last_id": last})))
        }
        (AiProvider::Gemini, _, path) => {
            let rest = ["v1beta/", "v1/"].iter().find_map(|version| path.strip_prefix(version)).ok_or_else(unknown)?;
            if (method.as_str(), rest) == ("GET", "models") {
                let of = |id: &str| json!({"name": format!("models/{id}"), "version": "1", "displayName": id});
                let all: Vec<Value> = models_of(call.provider).map(|model| of(&model.id)).collect();
                return Ok(plain(200, &json!({ "models": all })));
            }
            let (name, action) =
                rest.strip_prefix("models/").and_then(|rest| rest.split_once(':')).ok_or_else(unknown)?;
            call.generation(name, action)
        }
        _ => Err(unknown()),
    }
}

impl Call<'_> {
    fn head(&self, prefix: &str, model: &str) -> Head {
        let id = format!("{prefix}{:024x}", self.models.number());
        Head { provider: self.provider, id, created: self.models.seconds(), model: model.to_owned() }
    }

    fn is_streamed(&self) -> bool {
        self.body["stream"] == true
    }

    fn completion(&self) -> Result<Response, Refusal> {
        let name =
            self.body["model"].as_str().ok_or_else(|| Refusal::new(400, "you must provide a model parameter"))?;
        let model = model(self.provider, name, ModelUse::Chat)?;
        let prompt = openai::prompt(&self.body)?;
        if self.provider == AiProvider::DeepSeek && prompt.images > 0 {
            return Err(Refusal::new(
                400,
                "Failed to deserialize the JSON body into the target type: unknown variant `image_url`",
            ));
        }
        let reply = self.models.reply((self.provider, &self.key), model, &prompt)?;
        let head = self.head("chatcmpl-", name);
        if !self.is_streamed() {
            return Ok(plain(200, &openai::whole(&head, &reply)));
        }
        Ok(self.events(&openai::events(&head, &reply, &self.body)))
    }

    fn message(&self) -> Result<Response, Refusal> {
        let name = self.body["model"].as_str().ok_or_else(|| Refusal::new(400, "model: Field required"))?;
        let model = model(self.provider, name, ModelUse::Chat)?;
        let prompt = anthropic::prompt(self.headers, &self.body)?;
        let reply = self.models.reply((self.provider, &self.key), model, &prompt)?;
        let head = self.head("msg_", name);
        if !self.is_streamed() {
            return Ok(plain(200, &anthropic::whole(&head, &reply)));
        }
        Ok(self.events(&anthropic::events(&head, &reply)))
    }

    fn generation(&self, name: &str, action: &str) -> Result<Response, Refusal> {
        if action == "batchEmbedContents" {
            model(self.provider, name, ModelUse::Embeddings)?;
            return Ok(plain(200, &gemini::embeddings(&self.body)?));
        }
        let model = model(self.provider, name, ModelUse::Chat)?;
        let prompt = gemini::prompt(&self.body)?;
        let reply = self.models.reply((self.provider, &self.key), model, &prompt)?;
        let head = self.head("", name);
        match action {
            "generateContent" => Ok(plain(200, &gemini::whole(&head, &reply))),
            "streamGenerateContent" => Ok(self.events(&gemini::events(&head, &reply))),
            _ => Err(Refusal::new(404, "Not Found")),
        }
    }

    fn events(&self, events: &[Event]) -> Response {
        let failed = |status| {
            let value = error(self.provider, &Refusal::new(status, "The server was told to fail."));
            if self.provider == AiProvider::Anthropic { (Some("error"), value.to_string()) } else { data(&value) }
        };
        events::respond(events, self.fault.as_ref(), failed)
    }
}

fn error(provider: AiProvider, refusal: &Refusal) -> Value {
    match provider {
        AiProvider::OpenAi | AiProvider::DeepSeek | AiProvider::Compatible => openai::error(refusal),
        AiProvider::Anthropic => anthropic::error(refusal),
        AiProvider::Gemini => gemini::error(refusal),
    }
}

fn refused(provider: AiProvider, refusal: &Refusal) -> Response {
    let value = error(provider, refusal);
    let status = if provider == AiProvider::Gemini {
        value.pointer("/error/code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok())
    } else {
        Some(refusal.status)
    };
    let mut response = plain(status.unwrap_or(500), &value);
    if let Some(seconds) = refusal.retry_after.filter(|_| provider != AiProvider::Gemini) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The key of a call, as each provider takes it.
fn key_of(provider: AiProvider, headers: &HeaderMap, uri: &Uri) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let bearer = || text("authorization").and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    let key = match provider {
        AiProvider::OpenAi | AiProvider::DeepSeek | AiProvider::Compatible => bearer(),
        AiProvider::Anthropic => text("x-api-key").or_else(bearer),
        AiProvider::Gemini => text("x-goog-api-key").or_else(|| {
            let mut pairs = uri.query().unwrap_or_default().split('&');
            pairs.find_map(|pair| pair.strip_prefix("key=")).map(str::to_owned)
        }),
    };
    key.unwrap_or_default()
}

fn plain(status: u16, value: &Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("x-request-id", HeaderValue::from_static("req_local"));
    response
}
