//! API Gateway's HTTP API with payload 2.0: the template's routes, in front of the functions.

pub(crate) mod front_door;
mod shown_path;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Request, State},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloud::Function;
pub(crate) use cloud::http::percent_decoded;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use tracing::instrument::WithSubscriber;

use crate::{
    random,
    stack::Stack,
    template::{ACCOUNT, FunctionDef, Route},
};
use front_door::{BODY_TIMEOUT, read_body};

/// API Gateway's payload limit, bytes.
const MAX_PAYLOAD: usize = 10 * 1024 * 1024;
/// How long API Gateway waits for a function.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the head of an answer may take that is sent as it is made: here the routes of such a function stand for its URL too.
const STREAM_TIMEOUT: Duration = Duration::from_mins(5);
/// Headers that belong to one connection and go no further.
const HOP_BY_HOP: [HeaderName; 6] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    header::PROXY_AUTHENTICATE,
];

/// The gateway: where requests go, and what answers them.
pub(crate) struct Gateway {
    pub(crate) routes: Routes,
    pub(crate) stack: Arc<Stack>,
}

/// The routes of the API, most specific first.
#[derive(Debug)]
pub(crate) struct Routes(Vec<CompiledRoute>);

#[derive(Debug)]
struct CompiledRoute {
    method: Option<String>,
    key: String,
    segments: Vec<Segment>,
    function: String,
    streams: bool,
}

/// Ordered from the most to the least specific.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    One(String),
    Rest(String),
}

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Matched<'a> {
    function: &'a str,
    route_key: &'a str,
    path_parameters: BTreeMap<String, String>,
    streams: bool,
}

impl Routes {
    /// The routes of all functions.
    pub(crate) fn new(functions: &BTreeMap<String, FunctionDef>) -> Self {
        let mut routes: Vec<CompiledRoute> = functions
            .values()
            .flat_map(|function| function.routes.iter().map(|route| compile(route, function)))
            .collect();
        routes.sort_by_cached_key(|route| {
            let kinds: Vec<u8> = route
                .segments
                .iter()
                .map(|segment| match segment {
                    Segment::Literal(_) => 0,
                    Segment::One(_) => 1,
                    Segment::Rest(_) => 2,
                })
                .collect();
            (route.key == "$default", kinds, route.method.is_none())
        });
        Self(routes)
    }

    /// The route that takes a request.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Matched<'_>> {
        self.0.iter().filter(|route| route.method.as_deref().is_none_or(|wanted| wanted == method)).find_map(|route| {
            let path_parameters = route.matches(path)?;
            let streams = route.streams;
            Some(Matched { function: &route.function, route_key: &route.key, path_parameters, streams })
        })
    }
}

fn compile(route: &Route, function: &FunctionDef) -> CompiledRoute {
    let key = if route.path == "$default" {
        "$default".to_owned()
    } else {
        format!("{} {}", route.method.as_deref().unwrap_or("ANY"), route.path)
    };
    let segments = match route.path.as_str() {
        "$default" => Vec::new(),
        path => parts(path)
            .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) => match name.strip_suffix('+') {
                    Some(name) => Segment::Rest(name.to_owned()),
                    None => Segment::One(name.to_owned()),
                },
                None => Segment::Literal(part.to_owned()),
            })
            .collect(),
    };
    CompiledRoute {
        method: route.method.clone(),
        key,
        segments,
        function: function.binary.clone(),
        streams: function.streams,
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.trim_start_matches('/').split('/').filter(|part| !part.is_empty())
}

impl CompiledRoute {
    fn matches(&self, path: &str) -> Option<BTreeMap<String, String>> {
        if self.key == "$default" {
            return Some(BTreeMap::new());
        }
        let mut rest: Vec<&str> = parts(path).collect();
        rest.reverse();
        let mut parameters = BTreeMap::new();
        for segment in &self.segments {
            match segment {
                Segment::Literal(wanted) => {
                    rest.pop().filter(|part| part == wanted)?;
                }
                Segment::One(name) => {
                    parameters.insert(name.clone(), percent_decoded(rest.pop()?));
                }
                Segment::Rest(name) => {
                    if rest.is_empty() {
                        return None;
                    }
                    rest.reverse();
                    parameters.insert(name.clone(), percent_decoded(&rest.join("/")));
                    return Some(parameters);
                }
            }
        }
        rest.is_empty().then_some(parameters)
    }
}

/// One request to the public API.
pub(crate) async fn handle(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (method, path) = (request.method().to_string(), shown_path::shown(request.uri().path()));
    let started = tokio::time::Instant::now();
    let (function, response) = route(&gateway, peer, request).await;
    // Whatever it wrote to the table or a queue is carried on at once.
    gateway.stack.wake();
    // The caller's own where one was given; the function's own lines hold both.
    let request_id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info!(
        request.id = request_id,
        http.method = %method,
        http.path = %path,
        http.status = response.status().as_u16(),
        function,
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

async fn route(Gateway { routes, stack }: &Gateway, peer: SocketAddr, request: Request) -> (String, Response) {
    let (parts, body) = request.into_parts();
    let Some(matched) = routes.find(parts.method.as_str(), parts.uri.path()) else {
        return (String::new(), refuse(StatusCode::NOT_FOUND, "Not Found"));
    };
    let (function, streams) = (matched.function.to_owned(), matched.streams);
    let body = match read_body(body, MAX_PAYLOAD, BODY_TIMEOUT).await {
        Ok(body) => body,
        Err(fault) => {
            let status = fault.status();
            let mut response = refuse(status, status.canonical_reason().unwrap_or_default());
            // What is left of the body would be read as the next request.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            return (function, response);
        }
    };
    // Waits while the cloud is made.
    let inside = Arc::clone(&stack.door).read_owned().await;
    let event = event(&parts, &body, peer, &matched, stack.clock.now());
    stack.remember_event(&function, &event);
    let Some(Function::Http(router)) = stack.function(&function) else {
        tracing::error!(function, "the template routes to a function that is not here");
        return (function, refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"));
    };
    // A task of its own, so that a panic is this request's failure and not the connection's.
    let call = async move {
        let answer = invoke(router, event, streams).await;
        drop(inside);
        answer
    };
    let call = tokio::spawn(call.with_subscriber(stack.logs.listener(&function)));
    let patience = if streams { STREAM_TIMEOUT } else { INTEGRATION_TIMEOUT };
    let response = match tokio::time::timeout(patience, call).await {
        Ok(Ok(Ok(response))) => response,
        Ok(Ok(Err(error))) => {
            tracing::error!(function, %error, "the event is not one that a function takes");
            refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        }
        Ok(Err(error)) => {
            tracing::error!(function, %error, "the function panicked");
            refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        }
        Err(_) => refuse(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
    };
    (function, response)
}

/// The event that Lambda is invoked with.
fn event(
    parts: &http::request::Parts,
    body: &Bytes,
    peer: SocketAddr,
    matched: &Matched<'_>,
    now: jiff::Timestamp,
) -> Value {
    let mut headers = Map::new();
    for name in parts.headers.keys().filter(|name| !HOP_BY_HOP.contains(name) && *name != header::COOKIE) {
        let values: Vec<_> =
            parts.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        headers.insert(name.to_string(), values.join(",").into());
    }
    let source_ip = peer.ip().to_string();
    let forwarded = match headers.get("x-forwarded-for").and_then(Value::as_str) {
        Some(earlier) => format!("{earlier}, {source_ip}"),
        None => source_ip.clone(),
    };
    headers.insert("x-forwarded-for".to_owned(), forwarded.into());
    headers.insert("x-forwarded-proto".to_owned(), "http".into());
    let cookies: Vec<String> = parts
        .headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|value| {
            String::from_utf8_lossy(value.as_bytes()).split(';').map(|part| part.trim().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let user_agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let path = parts.uri.path();
    let mut event = json!({
        "version": "2.0",
        "routeKey": matched.route_key,
        "rawPath": path,
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "headers": headers,
        "pathParameters": matched.path_parameters,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": host,
            "domainPrefix": "local",
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": source_ip,
                "userAgent": user_agent,
            },
            "requestId": random::uuid(),
            "routeKey": matched.route_key,
            "stage": "$default",
            "time": now.to_zoned(jiff::tz::TimeZone::UTC).strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    if !body.is_empty() {
        if let Ok(text) = std::str::from_utf8(body) {
            event["body"] = text.into();
        } else {
            event["body"] = STANDARD.encode(body).into();
            event["isBase64Encoded"] = true.into();
        }
    }
    event
}

/// The event through `lambda_http`'s own conversion into the router, and the answer back, as Lambda would do it; `streams` for
/// one that is sent as it is made.
async fn invoke(router: axum::Router, event: Value, streams: bool) -> Result<Response, serde_json::Error> {
    let mut request = lambda_http::request::from_str(&event.to_string())?;
    if streams {
        request.extensions_mut().insert(cloud::http::Unhurried);
        let (mut parts, body) = cloud::http::answer(&router, request).await.into_parts();
        parts.headers = joined(&parts.headers);
        return Ok(Response::from_parts(parts, body));
    }
    let (mut parts, body) = cloud::http::call(&router, request).await.into_parts();
    parts.headers = joined(&parts.headers);
    Ok(Response::from_parts(parts, Body::new(body)))
}

/// Payload 2.0 has one value per header: repeated ones are joined by a comma, cookies apart.
fn joined(headers: &HeaderMap) -> HeaderMap {
    let mut out = HeaderMap::with_capacity(headers.keys_len());
    for name in headers.keys() {
        let values: Vec<&HeaderValue> = headers.get_all(name).iter().collect();
        if *name == header::SET_COOKIE {
            for value in values {
                out.append(name, value.clone());
            }
        } else {
            let text = values.iter().map(|value| value.as_bytes()).collect::<Vec<_>>().join(&b","[..]);
            if let Ok(value) = HeaderValue::from_bytes(&text) {
                out.insert(name, value);
            }
        }
    }
    out
}

/// A refusal in API Gateway's own form.
pub(crate) fn refuse(status: StatusCode, message: &str) -> Response {
    let mut response = Response::new(Body::from(json!({"message": message}).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;
    use crate::template::tests::fixture;

    #[test]
    fn the_most_specific_route_wins() {
        let routes = Routes::new(&fixture().functions);
        let key = |method: &str, path: &str| routes.find(method, path).map(|matched| matched.route_key.to_owned());
        assert_eq!(key("GET", "/api/v1/things").as_deref(), Some("ANY /api/v1/things"));
        assert_eq!(key("GET", "/api/v1/things/7/name").as_deref(), Some("GET /api/v1/things/{id}/name"));
        assert_eq!(key("PUT", "/api/v1/things/7/name").as_deref(), Some("ANY /api/v1/things/{proxy+}"));
        assert_eq!(key("GET", "/api/v1/things/").as_deref(), Some("ANY /api/v1/things"));
        assert_eq!(key("OPTIONS", "/api/v1/things/7").as_deref(), Some("ANY /api/v1/things/{proxy+}"), "a preflight");
        let matched = routes.find("DELETE", "/api/v1/things/a%20b/c").unwrap();
        assert_eq!(matched.path_parameters["proxy"], "a b/c");
    }

    #[test]
    fn the_default_route_takes_what_no_other_takes() {
        let routes = Routes::new(&fixture().functions);
        for (method, path) in [("GET", "/"), ("GET", "/api/v1"), ("GET", "/API/v1/things"), ("OPTIONS", "/a/b%20c")] {
            let matched = routes.find(method, path).unwrap();
            assert_eq!((matched.function, matched.route_key), ("rest", "$default"), "{method} {path}");
            assert!(matched.path_parameters.is_empty(), "{method} {path}");
        }
        let mut functions = fixture().functions;
        functions.remove("rest");
        assert_eq!(Routes::new(&functions).find("GET", "/api/v1"), None);
    }

    #[tokio::test]
    async fn a_request_passes_through_lambdas_own_conversion() {
        let (parts, ()) = http::Request::builder()
            .method("POST")
            .uri("/api/v1/things/7?a=1&a=2")
            .header("host", "api.test")
            .header("X-Twice", "1")
            .header("X-Twice", "2")
            .header("cookie", "a=1; b=2")
            .body(())
            .unwrap()
            .into_parts();
        let routes = Routes::new(&fixture().functions);
        let matched = routes.find("POST", "/api/v1/things/7").unwrap();
        let peer: SocketAddr = "127.0.0.9:1234".parse().unwrap();
        let event = event(&parts, &Bytes::from_static(b"\xff\x00"), peer, &matched, jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(event["isBase64Encoded"], true);
        assert_eq!(event["requestContext"]["time"], "01/Jan/1970:00:00:00 +0000");
        let router = axum::Router::new().fallback(|request: Request| async move {
            let context = request.extensions().get::<lambda_http::request::RequestContext>().cloned();
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, 100).await.unwrap();
            let lambda_http::request::RequestContext::ApiGatewayV2(context) = context.unwrap() else { panic!() };
            format!(
                "{} {} {:?} {:?} {:?} {body:?}",
                parts.method, parts.uri, parts.headers["x-twice"], parts.headers["cookie"], context.http.source_ip
            )
        });
        let response = invoke(router, event, false).await.unwrap();
        let text = to_bytes(response.into_body(), 1000).await.unwrap();
        assert_eq!(
            String::from_utf8_lossy(&text),
            r#"POST http://api.test/api/v1/things/7?a=1&a=2 "1,2" "a=1; b=2" Some("127.0.0.9") b"\xff\0""#
        );
    }

    #[tokio::test]
    async fn an_answer_that_is_sent_as_it_is_made_is_not_waited_for() {
        use futures::StreamExt;
        let (sender, receiver) = tokio::sync::mpsc::channel::<Bytes>(1);
        let receiver = Arc::new(tokio::sync::Mutex::new(receiver));
        let router = axum::Router::new().fallback(move |request: Request| {
            let receiver = Arc::clone(&receiver);
            async move {
                assert!(request.extensions().get::<cloud::http::Unhurried>().is_some());
                Body::from_stream(futures::stream::unfold(receiver, |receiver| async move {
                    let piece = receiver.lock().await.recv().await?;
                    Some((Ok::<_, std::convert::Infallible>(piece), receiver))
                }))
            }
        });
        let (parts, ()) = http::Request::builder().uri("/api/v1/things/7").body(()).unwrap().into_parts();
        let routes = Routes::new(&fixture().functions);
        let matched = routes.find("GET", "/api/v1/things/7").unwrap();
        let peer: SocketAddr = "127.0.0.9:1234".parse().unwrap();
        let event = event(&parts, &Bytes::new(), peer, &matched, jiff::Timestamp::UNIX_EPOCH);
        // Nothing of the body is there yet.
        let response = invoke(router, event, true).await.unwrap();
        let mut body = response.into_body().into_data_stream();
        for piece in ["one", "two"] {
            sender.send(Bytes::from_static(piece.as_bytes())).await.unwrap();
            assert_eq!(body.next().await.unwrap().unwrap(), piece);
        }
        drop(sender);
        assert!(body.next().await.is_none());
    }
}
