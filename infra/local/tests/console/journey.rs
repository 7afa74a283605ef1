//! The demo journey, as `cargo dev` plays it.

use ruko_local::{
    journey::{self, Silent, Stage},
    seed,
};

use crate::{OPERATOR_PASSWORD, Sandbox, lines::Complaints};

#[tokio::test]
async fn it_ends_without_a_warning_in_the_log() {
    let (complaints, _listening) = Complaints::listen();
    let sandbox = Sandbox::start().await;
    let operator = (seed::OPERATOR.to_owned(), OPERATOR_PASSWORD.to_owned());
    let stage = Stage { api: sandbox.base.clone(), control: sandbox.base.clone(), operator };
    journey::play(&stage, &Silent).await.unwrap();
    assert_eq!(complaints.all(), Vec::<String>::new());
}
