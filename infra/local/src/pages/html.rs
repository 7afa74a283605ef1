//! The page's HTML. Everything that came from outside passes [`escaped`].

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::{aws::sqs::QueueState, control::millis, fakes::midtrans::Payment, mailbox::Message};

/// How many messages and payments are shown.
const SHOWN: usize = 100;

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d9dee6;--paper:#fff;--ground:#f4f6f9;--brand:#0b6e5f;--warn:#b3261e;--chip:#e6f2ef}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#9aa7b6;--line:#313a46;--paper:#1a2029;--ground:#11151b;--brand:#5cc8b5;--warn:#ff8a80;--chip:#1d3733}}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}
header,main{max-width:72rem;margin:0 auto;padding:1rem}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:baseline}
h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:0 0 .75rem}
nav a{margin-right:1rem}a{color:var(--brand)}
section{background:var(--paper);border:1px solid var(--line);border-radius:.6rem;padding:1rem;margin-bottom:1rem}
time,code,.num{font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600;font-size:.9rem}.num{text-align:right}
form{display:inline-block;margin:0 .3rem .3rem 0}
button,input{font:inherit;padding:.35rem .75rem;border-radius:.4rem;border:1px solid var(--line);background:var(--paper);color:inherit}
button{cursor:pointer;border-color:var(--brand);color:var(--brand)}button.danger{border-color:var(--warn);color:var(--warn)}
button:hover{background:var(--chip)}:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
.chip{background:var(--chip);border-radius:1rem;padding:.1rem .6rem;font-size:.9rem}
.soft{color:var(--soft)}.warn{color:var(--warn);font-weight:600}
details{border-bottom:1px solid var(--line);padding:.4rem 0}summary{cursor:pointer}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--ground);padding:.75rem;border-radius:.4rem}
iframe{width:100%;height:24rem;border:1px solid var(--line);border-radius:.4rem;background:#fff}
.clock{font-size:1.3rem}
";

/// What the page shows.
pub(super) struct View {
    pub(super) now: Timestamp,
    pub(super) payments: Vec<Payment>,
    pub(super) messages: Vec<Message>,
    pub(super) queues: Vec<QueueState>,
    pub(super) failures: u64,
}

/// The page.
pub(super) fn page(view: &View) -> String {
    let sections = [clock(view), payments(view), messages(view), queues(view)].concat();
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Ruko local cloud</title>\
         <style>{STYLE}</style></head><body><header><h1>Ruko local cloud</h1><nav aria-label=\"Sections\">\
         <a href=\"#clock\">Clock</a><a href=\"#payments\">Payments</a><a href=\"#messages\">Mailbox</a>\
         <a href=\"#queues\">Queues</a><a href=\"/docs\">API</a><a href=\"/_local\">Refresh</a></nav></header>\
         <main>{sections}</main></body></html>"
    )
}

/// Text that is safe between tags and inside quoted attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

/// One segment of a path.
fn in_path(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Text whose web addresses can be followed.
fn linked(text: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            let bare = word.trim_end();
            let safe = escaped(bare);
            if bare.starts_with("https://") || bare.starts_with("http://") {
                let rest = escaped(word.strip_prefix(bare).unwrap_or_default());
                format!("<a href=\"{safe}\" rel=\"noreferrer noopener\">{safe}</a>{rest}")
            } else {
                escaped(word)
            }
        })
        .collect()
}

fn button(path: &str, label: &str, fields: &str, class: &str) -> String {
    format!("<form method=\"post\" action=\"{path}\">{fields}<button class=\"{class}\">{label}</button></form>")
}

fn time(at: Timestamp) -> String {
    let text = millis(at);
    format!("<time datetime=\"{text}\">{}</time>", text.replacen('T', " ", 1).split('.').next().unwrap_or_default())
}

fn clock(view: &View) -> String {
    let advance = |amount: &str, label: &str| {
        button("/_local/page/clock", label, &format!("<input type=\"hidden\" name=\"advance\" value=\"{amount}\">"), "")
    };
    format!(
        "<section id=\"clock\" aria-labelledby=\"clock-title\"><h2 id=\"clock-title\">Test clock</h2>\
         <p class=\"clock\">{} <span class=\"soft\">UTC</span></p><div>{}{}{}{}\
         <form method=\"post\" action=\"/_local/page/clock\"><label>Go to <input name=\"set\" size=\"24\" \
         placeholder=\"2027-01-31T00:00:00Z\"></label> <button>Go</button></form></div>\
         <p class=\"soft\">Everything that falls due on the way is done before the page comes back.</p></section>",
        time(view.now),
        advance("1h", "+1 hour"),
        advance("1d", "+1 day"),
        advance("7d", "+7 days"),
        advance("1mo", "+1 month"),
    )
}

fn payments(view: &View) -> String {
    let mut rows = String::new();
    for payment in view.payments.iter().take(SHOWN) {
        let path = |action: &str| format!("/_local/page/payments/{}/{action}", in_path(&payment.order_id));
        let mut actions = String::new();
        if payment.expires_at.is_some() {
            actions.push_str(&button(&path("settle"), "Pay", "", ""));
            actions.push_str(&button(&path("deny"), "Decline", "", "danger"));
            actions.push_str(&button(&path("expire"), "Expire", "", "danger"));
        }
        actions.push_str(&button(&path("notify"), "Notify again", "", ""));
        let expiry = payment
            .expires_at
            .map_or_else(String::new, |at| format!("<br><span class=\"soft\">until {}</span>", time(at)));
        // Writing to a String cannot fail.
        let _ = write!(
            rows,
            "<tr><td><code>{}</code></td><td>{}</td><td class=\"num\">Rp {}</td><td><span class=\"chip\">{}</span>{expiry}</td>\
             <td>{}</td><td>{actions}</td></tr>",
            escaped(&payment.order_id),
            escaped(&payment.method),
            grouped(payment.amount),
            escaped(&payment.status),
            time(payment.created_at),
        );
    }
    let body = if rows.is_empty() {
        "<p class=\"soft\">Nobody has been charged yet.</p>".to_owned()
    } else {
        format!(
            "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Order</th><th scope=\"col\">Method</th>\
             <th scope=\"col\" class=\"num\">Amount</th><th scope=\"col\">Status</th><th scope=\"col\">Made</th>\
             <th scope=\"col\">As the customer</th></tr></thead><tbody>{rows}</tbody></table></div>"
        )
    };
    format!(
        "<section id=\"payments\" aria-labelledby=\"payments-title\"><h2 id=\"payments-title\">Payments at Midtrans</h2>{body}</section>"
    )
}

fn messages(view: &View) -> String {
    let mut rows = String::new();
    for message in view.messages.iter().rev().take(SHOWN) {
        let headline = message.subject.clone().unwrap_or_else(|| message.text.chars().take(80).collect());
        let html = message.html.as_ref().map_or_else(String::new, |html| {
            format!(
                "<iframe sandbox=\"\" title=\"HTML of {}\" srcdoc=\"{}\"></iframe>",
                escaped(&message.id),
                escaped(html)
            )
        });
        // Writing to a String cannot fail.
        let _ = write!(
            rows,
            "<details><summary><span class=\"chip\">{}</span> <strong>{}</strong> to {} <span class=\"soft\">{}</span></summary>\
             <p class=\"soft\">From {}</p><pre>{}</pre>{html}</details>",
            escaped(&message.channel),
            escaped(&headline),
            escaped(&message.to),
            time(message.sent_at),
            escaped(&message.from),
            linked(&message.text),
        );
    }
    if rows.is_empty() {
        rows.push_str("<p class=\"soft\">No message has been sent yet.</p>");
    }
    format!(
        "<section id=\"messages\" aria-labelledby=\"messages-title\"><h2 id=\"messages-title\">Mailbox \
         <span class=\"soft\">({} messages, newest first)</span></h2>{rows}</section>",
        view.messages.len()
    )
}

fn queues(view: &View) -> String {
    let mut rows = String::new();
    for queue in &view.queues {
        let path = |action: &str| format!("/_local/page/queues/{}/{action}", in_path(&queue.name));
        let (dead, actions) = match queue.dlq {
            Some(dead) => {
                let mut actions = button(&path("redeliver"), "Deliver again", "", "");
                if dead > 0 {
                    actions.push_str(&button(&path("redrive"), "Redrive", "", ""));
                }
                (dead.to_string(), actions)
            }
            None => (String::new(), String::new()),
        };
        let class = if queue.dlq.is_some_and(|dead| dead > 0) { "num warn" } else { "num" };
        // Writing to a String cannot fail.
        let _ = write!(
            rows,
            "<tr><th scope=\"row\">{}</th><td class=\"num\">{}</td><td class=\"num\">{}</td><td class=\"num\">{}</td>\
             <td class=\"{class}\">{dead}</td><td>{actions}</td></tr>",
            escaped(&queue.name),
            queue.visible,
            queue.in_flight,
            queue.delayed,
        );
    }
    let failures = if view.failures == 0 {
        String::new()
    } else {
        format!("<p class=\"warn\">{} invocations have failed since the start; see the log.</p>", view.failures)
    };
    format!(
        "<section id=\"queues\" aria-labelledby=\"queues-title\"><h2 id=\"queues-title\">Queues</h2>{failures}\
         <div class=\"scroll\"><table><thead><tr><th scope=\"col\">Queue</th><th scope=\"col\" class=\"num\">Visible</th>\
         <th scope=\"col\" class=\"num\">In flight</th><th scope=\"col\" class=\"num\">Delayed</th>\
         <th scope=\"col\" class=\"num\">Dead</th><th scope=\"col\">Actions</th></tr></thead><tbody>{rows}</tbody></table></div>\
         <p>{}{}</p></section>",
        button("/_local/page/drain", "Drain", "", ""),
        button("/_local/page/reset", "Reset everything", "", "danger"),
    )
}

/// `1.500.000`
fn grouped(amount: i64) -> String {
    let digits = amount.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let attack = "<script>alert(1)</script>\"'&";
        let at = Timestamp::UNIX_EPOCH;
        let view = View {
            now: at,
            payments: vec![Payment {
                order_id: attack.into(),
                transaction_id: attack.into(),
                method: attack.into(),
                amount: 1_500_000,
                status: "pending".into(),
                created_at: at,
                expires_at: Some(at),
            }],
            messages: vec![Message {
                id: "msg-1".into(),
                channel: "email".into(),
                to: attack.into(),
                from: attack.into(),
                subject: Some(attack.into()),
                text: format!("{attack} https://x.test/?a=1&b=\"{attack}"),
                html: Some(attack.into()),
                sent_at: at,
            }],
            queues: vec![QueueState { name: attack.into(), visible: 0, in_flight: 0, delayed: 0, dlq: Some(2) }],
            failures: 1,
        };
        let page = page(&view);
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("Rp 1.500.000") && page.contains("Redrive"));
        assert_eq!(
            linked("see https://x.test/a now"),
            "see <a href=\"https://x.test/a\" rel=\"noreferrer noopener\">https://x.test/a</a> now"
        );
        assert_eq!(linked("javascript:alert(1)"), "javascript:alert(1)");
    }
}
