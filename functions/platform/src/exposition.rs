//! Totals in the text format that Prometheus reads, version 0.0.4. Pure.

use std::{collections::BTreeMap, fmt::Write};

use metering::{Tally, Total};

/// The content type of the format.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// One metric: its name, its type, what it is, and its value of a sum.
struct Metric {
    /// With which ending the samples differ from the metric's name.
    sample: &'static str,
    value: fn(&Tally) -> String,
}

/// The page of totals: each total is one line of every metric.
pub(crate) fn render(totals: &BTreeMap<Total, Tally>) -> String {
    let mut page = String::new();
    metric(
        &mut page,
        totals,
        ("ruko_calls_total", "counter", "Calls of the API."),
        &[Metric { sample: "ruko_calls_total", value: |tally| tally.calls.to_string() }],
    );
    metric(
        &mut page,
        totals,
        ("ruko_call_duration_seconds", "summary", "How long calls took inside their function."),
        &[
            Metric { sample: "ruko_call_duration_seconds_sum", value: |tally| seconds(tally.micros) },
            Metric { sample: "ruko_call_duration_seconds_count", value: |tally| tally.calls.to_string() },
        ],
    );
    metric(
        &mut page,
        totals,
        ("ruko_response_bytes_total", "counter", "Bytes in the bodies of answers."),
        &[Metric { sample: "ruko_response_bytes_total", value: |tally| tally.bytes.to_string() }],
    );
    page
}

fn metric(page: &mut String, totals: &BTreeMap<Total, Tally>, about: (&str, &str, &str), samples: &[Metric]) {
    let (name, kind, help) = about;
    let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (total, tally) in totals {
        for Metric { sample, value } in samples {
            let (method, path) = total.route.split_once(' ').unwrap_or(("", &total.route));
            let _ = writeln!(
                page,
                r#"{sample}{{group="{}",method="{}",route="{}",status="{}xx"}} {}"#,
                escape(&total.group),
                escape(method),
                escape(path),
                total.class,
                value(tally)
            );
        }
    }
}

/// Microseconds as seconds, exactly: no float can hold all of them.
fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// What the format escapes within a label's value.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_its_type_and_a_line_per_total() {
        let total = |route: &str, class| Total { group: "identity".to_owned(), route: route.to_owned(), class };
        let tally = Tally { calls: 3, micros: 1_000_002, bytes: 40, ..Tally::default() };
        let totals = [(total("GET /a/{id}", 2), tally), (total("unmatched", 4), tally)].into_iter().collect();
        insta::assert_snapshot!(render(&totals), @r#"
        # HELP ruko_calls_total Calls of the API.
        # TYPE ruko_calls_total counter
        ruko_calls_total{group="identity",method="GET",route="/a/{id}",status="2xx"} 3
        ruko_calls_total{group="identity",method="",route="unmatched",status="4xx"} 3
        # HELP ruko_call_duration_seconds How long calls took inside their function.
        # TYPE ruko_call_duration_seconds summary
        ruko_call_duration_seconds_sum{group="identity",method="GET",route="/a/{id}",status="2xx"} 1.000002
        ruko_call_duration_seconds_count{group="identity",method="GET",route="/a/{id}",status="2xx"} 3
        ruko_call_duration_seconds_sum{group="identity",method="",route="unmatched",status="4xx"} 1.000002
        ruko_call_duration_seconds_count{group="identity",method="",route="unmatched",status="4xx"} 3
        # HELP ruko_response_bytes_total Bytes in the bodies of answers.
        # TYPE ruko_response_bytes_total counter
        ruko_response_bytes_total{group="identity",method="GET",route="/a/{id}",status="2xx"} 40
        ruko_response_bytes_total{group="identity",method="",route="unmatched",status="4xx"} 40
        "#);
    }

    #[test]
    fn labels_are_escaped() {
        assert_eq!(escape("a\"b\\c\nd"), r#"a\"b\\c\nd"#);
    }
}
