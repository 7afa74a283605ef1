//! The test clock: where it is, moving it, and how far a move has come.

use kernel::Markup;
use std::{sync::Arc, time::Duration};

use axum::{
    Form,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    error::PageError,
    frame::{Frame, Tab},
    markup::paragraph,
    parts::{Facts, Role, notice, section},
    visit::Visit,
};
use crate::{
    UnderWay,
    time::{aim, moves::Ended},
};

/// A move that takes no longer is over when the page is shown.
const SHORT: Duration = Duration::from_millis(500);
/// How often a page that shows a move is loaded again.
const AGAIN: HeaderValue = HeaderValue::from_static("1");

#[derive(Debug, Deserialize)]
pub(super) struct ClockForm {
    to: String,
}

/// `GET /_local/page/clock`.
pub(super) async fn clock_page(visit: Visit) -> Response {
    let Some(way) = visit.running.timeline.under_way() else {
        let last = visit.running.timeline.last_move();
        let last = last.map_or(Markup::EMPTY, |last| ended(&visit, &last));
        let body: Markup = [last, forms(&visit, "", None)].into_iter().collect();
        return visit.show(&frame(), &body).into_response();
    };
    let mut response = visit.show(&frame(), &progress(&visit, &way)).into_response();
    if visit.asked("still").is_none() {
        response.headers_mut().insert(HeaderName::from_static("refresh"), AGAIN);
    }
    response
}

/// `POST /_local/page/clock`: begins to move the clock, and shows how far it is.
pub(super) async fn move_clock(visit: Visit, Form(form): Form<ClockForm>) -> Result<Response, PageError> {
    let now = visit.running.stack.clock.now();
    let refused = |why: &str| {
        let body = forms(&visit, &form.to, Some(why));
        Ok(visit.refuse(StatusCode::UNPROCESSABLE_ENTITY, &frame(), &body))
    };
    if visit.running.timeline.under_way().is_some() {
        return refused("The clock is moving already. Wait until it is there.");
    }
    let target = match aim::read(&form.to, now, &visit.zone) {
        Ok(target) if target < now => return refused("The clock only moves forward, and this is over."),
        Ok(target) => target,
        Err(error) => return refused(&format!("{error}.")),
    };
    let running = Arc::clone(&visit.running);
    let moving = tokio::spawn(async move { running.move_to(target).await });
    // How it ended stands on the page.
    let _ = tokio::time::timeout(SHORT, moving).await;
    Ok(Redirect::to("/_local/page/clock").into_response())
}

fn frame() -> Frame {
    Frame::new("Test clock", Tab::Clock)
}

/// The forms that move it. What was typed stays, with what is wrong about it.
fn forms(visit: &Visit, typed: &str, wrong: Option<&str>) -> Markup {
    let steps: Markup = [("1h", "+1 hour"), ("1d", "+1 day"), ("7d", "+7 days"), ("1mo", "+1 month")]
        .map(|(span, label)| Markup::html(format!("<button name=\"to\" value=\"{span}\">{label}</button> ")))
        .into_iter()
        .collect();
    let (invalid, error) = match wrong {
        Some(why) => (
            " aria-invalid=\"true\" autofocus",
            Markup::html(format!("<p id=\"to-error\" role=\"alert\" class=\"warn\">{}</p>", Markup::text(why))),
        ),
        None => ("", Markup::EMPTY),
    };
    let described = if wrong.is_some() { "to-error to-hint" } else { "to-hint" };
    let body = Markup::html(format!(
        "<p class=\"big\">{}</p><form method=\"post\" action=\"/_local/page/clock\">{steps}</form>\
         <form method=\"post\" action=\"/_local/page/clock\"><label for=\"to\">Go to</label> \
         <input id=\"to\" name=\"to\" value=\"{}\" required autocomplete=\"off\" aria-describedby=\"{described}\"{invalid}> \
         <button>Go</button>{error}<p id=\"to-hint\" class=\"soft\">A day (2027-03-31, from its first second), a time of a \
         day (2027-03-31 09:00) or a span (31d, 12h, 1 month), in the zone chosen above.</p></form>\
         <p class=\"soft\">Everything that falls due on the way is done at its own time.</p>",
        visit.time(visit.running.stack.clock.now()),
        Markup::text(typed),
    ));
    section("move", &Markup::text("Move it"), &body)
}

/// How far a move is.
fn progress(visit: &Visit, way: &UnderWay) -> Markup {
    let percent = percent(way.from, way.now, way.target);
    let facts = Facts::default()
        .with("Began at", &visit.time(way.from))
        .with("Is at", &visit.time(way.now))
        .with("Goes to", &visit.time(way.target))
        .with("Functions woken", &Markup::text(way.invocations))
        .with("Has taken", &Markup::text(format!("{} s", way.elapsed.as_secs())));
    let again = if visit.asked("still").is_none() {
        "This page follows it. <a href=\"/_local/page/clock?still=1\">Stop following</a>."
    } else {
        "<a href=\"/_local/page/clock\">Follow it</a>."
    };
    let body = Markup::html(format!(
        "<p><progress max=\"100\" value=\"{percent}\" aria-label=\"How far the clock is\">{percent} %</progress> {percent} %</p>\
         {}<p>{again} You can leave: the clock goes on by itself.</p>",
        facts.done()
    ));
    section("moving", &Markup::text("The clock is moving"), &body)
}

/// How the last move ended.
fn ended(visit: &Visit, Ended { way, failure }: &Ended) -> Markup {
    let seconds = way.elapsed.as_secs();
    match failure {
        None => notice(
            Role::Status,
            &Markup::html(format!(
                "It went from {} to {} in {seconds} s and woke functions {} times.",
                visit.time(way.from),
                visit.time(way.target),
                way.invocations
            )),
        ),
        Some(failure) => {
            let stopped = Markup::html(format!("It stopped at {}: ", visit.time(way.now)));
            let why = Markup::text(format!("{failure}."));
            notice(Role::Alert, &[stopped, why].into_iter().collect())
        }
    }
}

/// How much of a way is behind `now`, of a hundred.
fn percent(from: Timestamp, now: Timestamp, target: Timestamp) -> i64 {
    let (done, all) = (now.duration_since(from).as_secs(), target.duration_since(from).as_secs());
    done.saturating_mul(100).checked_div(all).unwrap_or(100).clamp(0, 100)
}

/// A short word of the clock for other pages.
pub(super) fn at_a_glance(visit: &Visit) -> Markup {
    let now = visit.time(visit.running.stack.clock.now());
    paragraph(&Markup::html(format!("It is {now} here. <a href=\"/_local/page/clock\">Move the clock</a>.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_between_nothing_and_all() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        assert_eq!(percent(at(0), at(25), at(100)), 25);
        assert_eq!(percent(at(0), at(0), at(0)), 100);
        assert_eq!(percent(at(10), at(5), at(20)), 0);
    }
}
