//! The local cloud as a person uses it: its pages, and what its buttons do.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, which clippy takes for ordinary code"
)]

mod clock;
mod journey;
mod lines;
mod pages;
mod reset;
mod shop;

use cloud::config::Limits;
use reqwest::{RequestBuilder, Response};
use ruko_local::{LocalCloud, Options, linked, seed};

const OPERATOR_PASSWORD: &str = "tujuh belas burung dara";

/// A cloud with the real functions, and a client that follows no redirects.
struct Sandbox {
    cloud: LocalCloud,
    http: reqwest::Client,
    base: String,
}

impl Sandbox {
    async fn start() -> Self {
        let seed = seed::seeding(seed::OPERATOR, OPERATOR_PASSWORD);
        let cloud = LocalCloud::start(Options::default(), linked(Limits::Loose), Some(seed)).await.unwrap();
        let base = cloud.control().base_url();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { cloud, http, base }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.base))
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.base))
    }

    /// The HTML of a page.
    async fn page(&self, path: &str) -> String {
        let answer = self.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    /// Sends a form, as a browser does.
    async fn submit(&self, path: &str, form: &str) -> Response {
        let request = self.post(path).header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("origin", &self.base).header("sec-fetch-site", "same-origin");
        request.body(form.to_owned()).send().await.unwrap()
    }
}

/// Where an answer leads.
fn location(answer: &Response) -> &str {
    answer.headers()["location"].to_str().unwrap()
}
