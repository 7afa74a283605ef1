//! The manual provider passes the contract of payment providers.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderMap;
use payments::{Manual, Method};
use testkit::{
    FixedClock,
    providers::{Outside, contract},
};

/// Behind a payment that staff records there is nobody: it is paid before, and no notification follows.
struct Nobody;

#[async_trait]
impl Outside for Nobody {
    async fn pay(&self, order: &str) {
        panic!("{order} was paid before it was recorded");
    }

    async fn told(&self, _: &str) -> Option<(HeaderMap, Vec<u8>)> {
        None
    }

    fn refundable(&self) -> Method {
        Method::BankTransfer
    }
}

#[tokio::test]
async fn manual_keeps_the_contract() {
    let clock = FixedClock::at("2026-12-01T03:00:00Z".parse().unwrap());
    contract(&Manual::new(Arc::new(clock)), &Nobody).await;
}
