//! The demo journey, as `cargo dev` plays it.

use ruko_local::journey::{self, Silent};

use crate::sandbox::Sandbox;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_of_business_ends_well() {
    let sandbox = Sandbox::start().await;
    journey::play(&sandbox.stage(), &Silent).await.unwrap();
}
