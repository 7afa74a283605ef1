//! How a payment that waits is paid, by what its provider asks of the payer.

use kernel::Markup;
use payments::{NextAction, Payment, Status};

use super::{form::choice_text, qris, view::View};

/// What the payer does next.
pub(crate) fn of(view: &View<'_>, payment: &Payment) -> Markup {
    let words = view.words;
    let method = words.method(payment.method);
    if payment.status == Status::Challenge {
        return paragraph(words.checked_by_provider);
    }
    if payment.held().is_some() {
        return paragraph(words.held);
    }
    match &payment.next_action {
        Some(NextAction::VirtualAccount { bank, va_number }) => {
            let title = words.virtual_account.replace("{bank}", &bank_name(method, bank));
            let number = view.copyable("number", words.number, va_number, va_number);
            block(&title, words.virtual_account_how, &number, &amount(view, payment))
        }
        Some(NextAction::Bill { biller_code, bill_key }) => {
            let mut codes = view.copyable("biller", words.biller_code, biller_code, biller_code);
            codes.push(&view.copyable("number", words.bill_key, bill_key, bill_key));
            block(words.bill, words.bill_how, &codes, &amount(view, payment))
        }
        Some(NextAction::Qr { text: Some(text), .. }) => {
            let label = words.qr_label.replace("{amount}", &view.money(payment.amount));
            match qris::drawn(text, &label) {
                Some(code) => block(words.qr, words.qr_how, &code, &Markup::default()),
                None => Markup::html(format!("<p class=\"note\">{}</p>\n", Markup::text(words.qr_broken))),
            }
        }
        // What the code holds was not told: whoever made it shows it.
        Some(NextAction::Qr { text: None, image_url }) => {
            let open = image_url.as_deref().map_or_else(Markup::default, |url| button(url, words.qr_open));
            block(words.qr, words.qr_elsewhere, &open, &Markup::default())
        }
        Some(NextAction::PaymentCode { code, .. }) => {
            let title = words.code.replace("{store}", method);
            let code = view.copyable("number", words.number, code, code);
            block(&title, words.code_how, &code, &amount(view, payment))
        }
        Some(NextAction::DeepLink { url, image_url }) => {
            let mut open = button(url, &words.open_wallet.replace("{method}", method));
            if let Some(url) = image_url.as_deref().filter(|url| is_web(url)) {
                let (url, text) = (Markup::text(url), Markup::text(words.qr_open));
                open.push(&Markup::html(format!("<p><a href=\"{url}\" rel=\"noreferrer\">{text}</a></p>\n")));
            }
            block(&words.wallet.replace("{method}", method), words.wallet_how, &open, &Markup::default())
        }
        Some(NextAction::Redirect { url }) => {
            let go_on = if is_web(url) { button(url, words.go_on) } else { Markup::default() };
            block(words.redirect, words.redirect_how, &go_on, &Markup::default())
        }
        None => preparing(view, payment),
    }
}

/// Nobody has told yet how it is paid: the same form again takes the same payment up.
fn preparing(view: &View<'_>, payment: &Payment) -> Markup {
    let words = view.words;
    let choice = choice_text(payment.method, view.bill.tried(payment.method));
    let again = Markup::text(words.try_again);
    let again = Markup::html(format!("<button name=\"choice\" value=\"{choice}\">{again}</button>\n"));
    let mut all = paragraph(words.preparing);
    if view.ways.iter().any(|way| way.method == payment.method && way.provider == payment.provider) {
        all.push(&view.form(&again));
    }
    all
}

fn paragraph(text: &str) -> Markup {
    Markup::html(format!("<p>{}</p>\n", Markup::text(text)))
}

fn block(title: &str, how: &str, one: &Markup, other: &Markup) -> Markup {
    Markup::html(format!("<h2>{}</h2>\n{one}{other}<p>{}</p>\n", Markup::text(title), Markup::text(how)))
}

/// The amount as it is typed into a bank's form.
fn amount(view: &View<'_>, payment: &Payment) -> Markup {
    let typed = payment.amount.minor().to_string();
    view.copyable("exact", view.words.exact_amount, &view.money(payment.amount), &typed)
}

/// The bank by the name of the way, else as the provider writes it.
fn bank_name(method: &str, bank: &str) -> String {
    let same = method.to_ascii_lowercase().starts_with(&bank.to_ascii_lowercase());
    if same { method.to_owned() } else { bank.to_ascii_uppercase() }
}

/// A link that looks like a button; nothing for an address that a browser would run instead of open.
fn button(url: &str, text: &str) -> Markup {
    if !is_opened(url) {
        return Markup::default();
    }
    let (url, text) = (Markup::text(url), Markup::text(text));
    Markup::html(format!("<p><a class=\"button\" href=\"{url}\" rel=\"noreferrer\">{text}</a></p>\n"))
}

/// Whether an address is a web page's.
fn is_web(url: &str) -> bool {
    is_opened(url) && (url.starts_with("https://") || url.starts_with("http://"))
}

/// Whether an address has the scheme of a page or an app. What a browser would run or read of the payer's own is none.
fn is_opened(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    let letters = !scheme.is_empty()
        && scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b));
    let harmless = !["javascript", "data", "vbscript", "file", "blob", "about", "view-source"].contains(&scheme);
    letters && harmless && !rest.is_empty() && url.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_and_apps_are_opened() {
        for url in [
            "https://pay.example/a?b=c",
            "http://127.0.0.1:1/x",
            "gojek://gopay/merchanttransfer?tref=1",
            "shopeeid://main",
        ] {
            assert!(is_opened(url), "{url}");
        }
        for url in [
            "javascript:alert(1)",
            "data:text/html,x",
            "JavaScript:alert(1)",
            " javascript:1",
            "file:///x",
            "x",
            "",
            ":x",
            "a b:c",
        ] {
            assert!(!is_opened(url) && button(url, "x") == Markup::default(), "{url}");
        }
        assert!(is_web("https://pay.example") && !is_web("gojek://x"));
    }

    #[test]
    fn a_bank_is_called_by_its_name() {
        assert_eq!(bank_name("BCA", "bca"), "BCA");
        assert_eq!(bank_name("CIMB Niaga", "cimb"), "CIMB Niaga");
        assert_eq!(bank_name("BCA", "bni"), "BNI");
    }
}
