//! `POST /_local/reset` in the middle of work.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures::future::join_all;
use reqwest::StatusCode;
use ruko_local::MoveError;
use serde_json::json;

use crate::{Sandbox, lines::Complaints};

#[tokio::test]
async fn nothing_of_the_old_world_complains_in_the_new_one() {
    let (complaints, _listening) = Complaints::listen();
    let sandbox = Sandbox::start().await;
    let control = sandbox.cloud.control();
    for (round, millis) in [1, 30, 120, 400].into_iter().enumerate() {
        let name = format!("toko-{round}");
        assert_eq!(sandbox.sign_up(&name, &name).await.status(), StatusCode::CREATED);
        let over = AtomicBool::new(false);
        // Who comes in the middle is answered by the old world or by the new one.
        let busy = join_all((0..6).map(|caller| {
            let (over, sandbox) = (&over, &sandbox);
            async move {
                let mut number = 0;
                while !over.load(Ordering::SeqCst) {
                    let name = format!("toko-{round}-{caller}-{number}");
                    assert_eq!(sandbox.sign_up(&name, &name).await.status(), StatusCode::CREATED, "{name}");
                    number += 1;
                }
            }
        }));
        let month = control.clock().now() + jiff::SignedDuration::from_hours(24 * 31);
        let moving = control.advance_to(month);
        let resetting = async {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            control.reset().await.unwrap();
            over.store(true, Ordering::SeqCst);
        };
        let (_, moved, ()) = tokio::join!(busy, moving, resetting);
        assert!(matches!(moved, Err(MoveError::Reset)), "{moved:?}");
        assert!(control.clock().now() < month, "the clock is back");
        control.drain().await.unwrap();
    }
    assert_eq!(control.failed_invocations(), 0);
    let last = control.messages(None, None);
    assert!(last.iter().all(|message| message.to.contains("@toko-3-")), "{last:?}");
    assert_eq!(complaints.all(), Vec::<String>::new());
}

#[tokio::test]
async fn a_reset_is_done_to_its_end_when_the_browser_goes_away() {
    let sandbox = Sandbox::start().await;
    assert_eq!(sandbox.sign_up("Toko Satu", "toko-satu").await.status(), StatusCode::CREATED);
    for millis in [1, 5, 20] {
        let request = sandbox.post("/_local/reset").timeout(Duration::from_millis(millis));
        // Answered in time or not.
        let _ = request.send().await;
    }
    // The one slug is free again, and there is a plan to sign up for.
    assert_eq!(sandbox.sign_up("Toko Satu", "toko-satu").await.status(), StatusCode::CREATED);
    let login = json!({ "email": ruko_local::seed::OPERATOR, "password": crate::OPERATOR_PASSWORD });
    let login = sandbox.post("/api/v1/auth/login").header("x-tenant-id", "platform").json(&login);
    assert_eq!(login.send().await.unwrap().status(), StatusCode::OK);
}
