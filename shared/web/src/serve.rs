//! From a function's routes to its Lambda function: the layers that every request passes.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use cloud::{Ctx, Function};
use http::{HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use kernel::RequestId;
use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, LazyLock},
};
use tracing::Instrument;

use crate::{
    Api, ClientIp, Endpoints, Limit, Problem, RawBody, Reply, RequestInfo, Subject,
    answers::{
        cors::Page,
        headers::{REQUEST_ID, given_request_id, secure},
    },
    call_line::CallLine,
    endpoints::document,
    limits::take,
    openapi::Document,
    requests::{bodyless::Bodyless, idempotency::Unanswered, query_names, request::Counted},
};

/// The Lambda function of a group's endpoints.
pub fn serve(ctx: Ctx, endpoints: Endpoints) -> Function {
    Function::Http(router(Api::new(ctx), endpoints))
}

fn router(api: Api, Endpoints { group, router, operations, .. }: Endpoints) -> Router {
    let bodyless = Bodyless::new(operations.clone());
    let served = Served { group, document: LazyLock::new(Box::new(move || document(&operations))), bodyless };
    router
        .fallback(|| async { Problem::no_such_path() })
        .method_not_allowed_fallback(|| async {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "METHOD_NOT_ALLOWED",
                "this path does not take this method; see Allow",
            )
        })
        .layer(middleware::from_fn_with_state((api.clone(), Arc::new(served)), pass))
        .with_state(api)
}

/// What a function serves.
struct Served {
    group: &'static str,
    document: Document,
    bodyless: Bodyless,
}

/// The one layer: answers preflights, reads the body, names the request, runs the handler, catches its panics, renders
/// problems, sets the headers and writes the line that the call is counted by.
async fn pass(State((api, served)): State<(Api, Arc<Served>)>, request: Request, next: Next) -> Response {
    let line = CallLine::begin(&request);
    let info = RequestInfo::new(
        RequestId::new(api.new_ulid()),
        given_request_id(request.headers()),
        cloud::http::source_ip(request.extensions()),
        Page::of(request.headers(), &api.config().public_url),
    );
    let unanswered = Unanswered::default();
    let span = tracing::info_span!(
        "request", request.id = %info.id, request.given = info.given, tenant.id = tracing::field::Empty,
        user.id = tracing::field::Empty, api_key.id = tracing::field::Empty, http.method = line.method()
    );
    let instance = request.uri().path().to_owned();
    async move {
        let preflight = info.page.preflight(request.method(), request.headers());
        let mut response = if let Some(answer) = preflight {
            answer
        } else {
            let answer = match prepare(&served, request, info.clone(), unanswered.clone()).await {
                Ok(request) => caught(next.run(request)).await,
                Err(problem) => problem.into_response(),
            };
            counted(&api, &info, answer).await
        };
        let problem = response.extensions_mut().remove::<Problem>();
        let problem = problem.or_else(|| refused_by_router(response.status()));
        if let Some(problem) = &problem {
            let document = problem.document(&instance, &info.shown());
            if problem.is_final()
                && let Some(key) = unanswered.key()
            {
                key.keep(&api, &Reply::refusal(problem, document.clone())).await;
            }
            let allow = response.headers_mut().remove(header::ALLOW);
            response = problem.render(document);
            response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
        }
        let headers = response.headers_mut();
        secure(headers);
        info.page.may_read(problem.as_ref(), headers);
        if let Ok(id) = HeaderValue::from_str(&info.shown()) {
            headers.insert(REQUEST_ID, id);
        }
        if let Counted::Here(standing) = info.counted() {
            for (name, value) in standing.headers() {
                headers.entry(name).or_insert(value);
            }
        }
        line.write(served.group, &info, api.now(), &response);
        response
    }
    .instrument(span)
    .await
}

/// An answer that no handler has counted, such as a refused token, a path that is none or a public page, counts against the
/// caller's address: nobody may knock for ever. A stranger's calls are never counted against a tenant. One write.
async fn counted(api: &Api, info: &RequestInfo, answer: Response) -> Response {
    match info.counted() {
        // A 429 comes from a limit of its own, and what fails on our side is nobody's fault.
        Counted::Nowhere if !answer.status().is_server_error() && answer.status() != StatusCode::TOO_MANY_REQUESTS => {
            let ClientIp(address) = ClientIp::seen(info.ip.clone());
            match take(api, Limit::ANONYMOUS, &Subject::Address(address)).await {
                Ok(standing) => {
                    info.note(standing);
                    answer
                }
                Err(too_many) => too_many.into_response(),
            }
        }
        Counted::Nowhere | Counted::Here(_) | Counted::Elsewhere => answer,
    }
}

/// What the router itself refuses comes as plain text: an id in the path that is no UTF-8, and so no id of anything.
fn refused_by_router(status: StatusCode) -> Option<Problem> {
    (status == StatusCode::BAD_REQUEST).then(Problem::not_found)
}

/// The request with its query judged, its body read, bounded and refused where none is taken, and what later arguments
/// look for.
async fn prepare(
    served: &Served,
    request: Request,
    info: RequestInfo,
    unanswered: Unanswered,
) -> Result<Request, Problem> {
    query_names::check(&served.document, &request)?;
    let (mut parts, body) = request.into_parts();
    let most = served.bodyless.most(&parts);
    let bytes = Limited::new(body, most).collect().await.map_or_else(
        |_| {
            let detail = format!("the body may have {most} bytes at most");
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", detail))
        },
        |body| Ok(body.to_bytes()),
    )?;
    served.bodyless.check(&parts, &bytes)?;
    parts.extensions.insert(info);
    parts.extensions.insert(unanswered);
    parts.extensions.insert(RawBody(Bytes::clone(&bytes)));
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Turns a panic of a handler into a 500: the environment and its other work go on.
async fn caught(handler: impl Future<Output = Response>) -> Response {
    use futures::FutureExt;
    match AssertUnwindSafe(handler).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            tracing::error!(message, "a handler panicked");
            let detail = "something went wrong on our side; it has been recorded";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", detail).into_response()
        }
    }
}
