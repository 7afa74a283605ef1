//! The page of the test clock.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::{Sandbox, location};

const CLOCK: &str = "/_local/page/clock";

#[tokio::test]
async fn what_is_wrong_with_a_time_is_said_beside_the_field_and_what_was_typed_stays() {
    let sandbox = Sandbox::start().await;
    for (typed, said) in [
        ("besok", "“besok” is no time"),
        ("%3Cb%3E", "“&lt;b&gt;” is no time"),
        ("2027-02-30", "“2027-02-30” is no time"),
        ("2001-01-01", "The clock only moves forward"),
        ("", "“” is no time"),
    ] {
        let answer = sandbox.submit(CLOCK, &format!("to={typed}")).await;
        assert_eq!(answer.status(), 422, "{typed}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(said) && page.contains("role=\"alert\""), "{typed}: {page}");
        let kept = format!("value=\"{}\" required", typed.replace("%3C", "&lt;").replace("%3E", "&gt;"));
        assert!(page.contains(&kept) && page.contains("aria-invalid=\"true\""), "{typed}: {page}");
    }
}

#[tokio::test]
async fn a_move_shows_how_far_it_is_and_goes_on_without_its_page() {
    let sandbox = Sandbox::start().await;
    sandbox.shop("Toko Sinar", "Budi").await;
    let before = sandbox.cloud.control().clock().now();
    let begun = Instant::now();
    let answer = sandbox.submit(CLOCK, "to=7d").await;
    assert_eq!((answer.status().as_u16(), location(&answer)), (303, CLOCK));
    assert!(begun.elapsed() < Duration::from_secs(2), "the page does not wait for the week");
    let moving = sandbox.get(CLOCK).send().await.unwrap();
    assert_eq!(moving.headers()["refresh"], "1");
    let page = moving.text().await.unwrap();
    assert!(page.contains("The clock is moving") && page.contains("<progress max=\"100\""), "{page}");
    assert!(sandbox.page("/_local").await.contains(", moving</a>"));
    let still = sandbox.get(&format!("{CLOCK}?still=1")).send().await.unwrap();
    assert!(!still.headers().contains_key("refresh"));
    let state: Value = sandbox.get("/_local/clock").send().await.unwrap().json().await.unwrap();
    assert!(state["moving"]["target"].is_string() && state["moving"]["invocations"].is_u64(), "{state}");
    let second = sandbox.submit(CLOCK, "to=1h").await;
    assert_eq!(second.status(), 422);
    assert!(second.text().await.unwrap().contains("The clock is moving already"));
    while sandbox.cloud.control().under_way().is_some() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(sandbox.page(CLOCK).await.contains("It went from"));
    assert!(sandbox.cloud.control().clock().now() > before + jiff::SignedDuration::from_hours(24 * 6));
}

#[tokio::test]
async fn a_day_begins_in_the_zone_that_was_chosen() {
    let sandbox = Sandbox::start().await;
    let answer = sandbox.submit("/_local/page/zone", "zone=Asia%2FMakassar&back=%2F_local%2Fpage%2Fclock").await;
    assert_eq!((answer.status().as_u16(), location(&answer)), (303, CLOCK));
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("ruko_local_zone=Asia%2FMakassar; Path=/_local;"), "{cookie}");
    let page = sandbox.get(CLOCK).header("cookie", "ruko_local_zone=Asia%2FMakassar").send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains(" WITA</time>") && page.contains("value=\"Asia/Makassar\" selected"), "{page}");
    for (form, status) in [("zone=Mars&back=%2F_local", 422), ("zone=UTC&back=%2F%2Fevil.example", 303)] {
        let answer = sandbox.submit("/_local/page/zone", form).await;
        assert_eq!(answer.status(), status);
        if status == 303 {
            assert_eq!(location(&answer), "/_local");
        }
    }
    let tomorrow = sandbox.cloud.control().clock().now().to_zoned(jiff::tz::TimeZone::get("Asia/Makassar").unwrap());
    let tomorrow = tomorrow.date().tomorrow().unwrap();
    let request = sandbox.post(CLOCK).header("cookie", "ruko_local_zone=Asia%2FMakassar");
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(format!("to={tomorrow}"));
    assert_eq!(request.send().await.unwrap().status(), 303);
    while sandbox.cloud.control().under_way().is_some() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let now = sandbox.cloud.control().clock().now().to_string();
    assert!(now.contains("T16:00:"), "midnight in Makassar, eight hours before UTC's: {now}");
}
