//! What the page shows: the invoice, and beneath it the ways of paying, the payment that waits, or the result.

use axum::response::Response;
use billing::{BankAccount, TaxMode};
use http::StatusCode;
use jiff::SignedDuration;
use kernel::{Markup, Money};
use payments::{Method, Payment, Status};

use super::{
    bill::{Remark, Scene},
    door::Asked,
    form::choice_text,
    instructions,
    page::{Band, Page, Reload},
    view::View,
    ways::Kind,
};

/// How long a transfer to the seller may take.
const A_TRANSFER: SignedDuration = SignedDuration::from_hours(24);

impl View<'_> {
    /// The page.
    pub(crate) fn answer(&self) -> Response {
        let (bill, words) = (self.bill, self.words);
        let (body, state, reload) = match bill.scene(self.asked) {
            Scene::Paid(at) => {
                let on = words.paid_on.replace("{moment}", &bill.language.moment(at, &bill.zone));
                (Self::result(words.paid, &on), None, Reload::Never)
            }
            Scene::Void => (Self::result(words.void, &self.of_seller(words.void_how)), None, Reload::Never),
            Scene::Wait(payment) => (self.waiting(payment), Some(bill.state(payment)), Reload::Often),
            Scene::Choose(remark) => {
                let awaited = if remark == Remark::Expired { bill.payments.first() } else { None };
                (self.choosing(&remark), awaited.map(|payment| bill.state(payment)), Reload::Never)
            }
        };
        let body = [self.head(), body, self.details(), self.foot()].into_iter().collect();
        let seller = &bill.invoice.seller;
        let title = format!("{} · {}", words.title.replace("{number}", &bill.number()), seller.known_as());
        let band = Some(Band::of(bill.scope.tenant(), seller));
        Page { language: bill.language, title, band, body, state, reload }.answer(StatusCode::OK)
    }

    /// What is asked for, and until when.
    fn head(&self) -> Markup {
        let (bill, words) = (self.bill, self.words);
        let number = Markup::text(words.invoice.replace("{number}", &bill.number()));
        let bill_to = &bill.invoice.bill_to;
        let name = bill_to.company.as_ref().unwrap_or(&bill_to.name);
        let billed_to = Markup::text(words.billed_to.replace("{name}", name));
        let due = bill.due();
        let (label, amount) = if due.is_zero() { (words.total, bill.invoice.total) } else { (words.amount_due, due) };
        let until = bill.invoice.issued.as_ref().filter(|_| !due.is_zero()).map_or_else(Markup::default, |issued| {
            let late = bill.invoice.is_overdue(bill.now);
            let text = if late { words.overdue } else { words.due };
            let text = bill.invoice.pay_by.map_or_else(
                || text.replace("{date}", &bill.language.date(issued.due_date)),
                |pay_by| words.until.replace("{moment}", &bill.language.moment(pay_by, &bill.zone)),
            );
            let class = if late { " class=\"late\"" } else { "" };
            Markup::html(format!("<p{class}>{}</p>\n", Markup::text(text)))
        });
        Markup::html(format!(
            "<h1>{number}</h1>\n<p class=\"soft\">{billed_to}</p>\n<p class=\"amount\"><span>{}</span> <strong>{}</strong></p>\n{until}",
            Markup::text(label),
            Markup::text(self.money(amount))
        ))
    }

    fn result(title: &str, text: &str) -> Markup {
        Markup::html(format!(
            "<section class=\"result\" role=\"status\">\n<h2>{}</h2>\n<p>{}</p>\n</section>\n",
            Markup::text(title),
            Markup::text(text)
        ))
    }

    /// The lines and the sums.
    fn details(&self) -> Markup {
        let (invoice, words) = (&self.bill.invoice, self.words);
        let row = |label: &str, amount: Money| {
            let (label, amount) = (Markup::text(label), Markup::text(self.money(amount)));
            Markup::html(format!("<tr><th scope=\"row\">{label}</th><td>{amount}</td></tr>\n"))
        };
        let mut rows: Markup = invoice.lines.iter().map(|line| row(&line.name, line.amount)).collect();
        let negated = |amount: Money| amount.negated().unwrap_or(amount);
        if !invoice.discount.is_zero() {
            rows.push(&row(words.discount, negated(invoice.discount)));
        }
        let taxes = invoice.taxes.iter().map(|tax| match tax.mode {
            TaxMode::Exclusive => row(&tax.label, tax.tax),
            TaxMode::Inclusive => row(&words.included.replace("{tax}", &tax.label), tax.tax),
        });
        rows.push(&taxes.collect());
        rows.push(&row(words.total, invoice.total));
        let due = self.bill.due();
        if let Ok(before) = invoice.total.checked_sub(due)
            && !due.is_zero()
            && !before.is_zero()
        {
            rows.push(&row(words.paid_before, negated(before)));
            rows.push(&row(words.amount_due, due));
        }
        let summary = Markup::text(words.details);
        Markup::html(format!("<details>\n<summary>{summary}</summary>\n<table>\n{rows}</table>\n</details>\n"))
    }

    /// The same page in the other language.
    fn foot(&self) -> Markup {
        let other = match self.bill.language {
            kernel::Locale::En => kernel::Locale::Id,
            kernel::Locale::Id => kernel::Locale::En,
        };
        let asked = Asked { language: Some(other), ..self.asked };
        let tag = other.tag();
        let link = self.link(asked, self.words.other_language, &format!(" lang=\"{tag}\" hreflang=\"{tag}\""));
        Markup::html(format!("<p class=\"foot\">{link}</p>\n"))
    }

    /// The ways of paying, each a button of one form.
    fn choosing(&self, remark: &Remark<'_>) -> Markup {
        let words = self.words;
        let mut all = self.remark(remark);
        let mut groups = Markup::default();
        for kind in Kind::ALL {
            let of_kind = self.ways.iter().filter(|way| Kind::of(way.method) == Some(kind));
            let buttons: Markup = of_kind.map(|way| self.way(way.method)).collect();
            if buttons != Markup::default() {
                let title = Markup::text(words.kind(kind));
                groups.push(&Markup::html(format!("<fieldset>\n<legend>{title}</legend>\n{buttons}</fieldset>\n")));
            }
        }
        // A bank may take a day, which an order does not wait for where it can be paid otherwise.
        let is_short = self.bill.invoice.pay_by.is_some_and(|pay_by| pay_by < self.bill.now.plus(A_TRANSFER));
        let accounts: &[BankAccount] =
            if is_short && !self.ways.is_empty() { &[] } else { &self.bill.invoice.seller.bank_accounts };
        let nothing_asked = *remark == Remark::Nothing;
        if groups != Markup::default() || !accounts.is_empty() {
            let title = if nothing_asked { words.choose } else { words.choose_again };
            all.push(&Markup::html(format!("<h2>{}</h2>\n", Markup::text(title))));
        }
        if groups != Markup::default() {
            all.push(&self.form(&groups));
        }
        if !accounts.is_empty() {
            all.push(&self.transfer(accounts));
        } else if self.ways.is_empty() {
            let text = format!("{} {}", words.no_way, self.of_seller(words.ask_seller));
            all.push(&Markup::html(format!("<p class=\"note\">{}</p>\n", Markup::text(text))));
        }
        all
    }

    fn remark(&self, remark: &Remark<'_>) -> Markup {
        let words = self.words;
        let note = |text: &str, more: Markup| {
            Markup::html(format!("<p class=\"note\" role=\"status\">{}{more}</p>\n", Markup::text(text)))
        };
        match remark {
            Remark::Nothing => Markup::default(),
            Remark::Expired => note(words.expired, Markup::default()),
            Remark::Refused => note(words.refused, Markup::default()),
            Remark::NotBegun => note(words.not_begun, Markup::default()),
            Remark::CalledOff => note(words.called_off, Markup::default()),
            Remark::UnderWay(payment) => {
                let name = words.method(payment.method);
                let asked = Asked { method: Some(payment.method), choose: false, ..self.asked };
                let back = self.link(asked, &words.back.replace("{method}", name), "");
                let text = self.of_seller(words.under_way).replace("{method}", name);
                note(&text, Markup::html(format!("<br>{back}")))
            }
        }
    }

    fn way(&self, method: Method) -> Markup {
        let choice = choice_text(method, self.bill.tried(method));
        // Of its own group there is one: its name stands above it.
        let name = if method == Method::Qris { self.words.qris_way } else { self.words.method(method) };
        let name = Markup::text(name);
        Markup::html(format!("<button class=\"way\" name=\"choice\" value=\"{choice}\">{name}</button>\n"))
    }

    /// Where the seller is paid by hand.
    fn transfer(&self, accounts: &[BankAccount]) -> Markup {
        let words = self.words;
        let account = |(at, account): (usize, &BankAccount)| {
            let holder = Markup::text(words.holder.replace("{holder}", &account.holder));
            let number = self.copyable(&format!("account{at}"), &account.bank, &account.number, &account.number);
            Markup::html(format!("{number}<p class=\"soft\">{holder}</p>\n"))
        };
        let accounts: Markup = accounts.iter().enumerate().map(account).collect();
        let (title, how) = (Markup::text(words.transfer), Markup::text(self.of_seller(words.transfer_how)));
        Markup::html(format!(
            "<details class=\"transfer\">\n<summary>{title}</summary>\n<p>{how}</p>\n{accounts}</details>\n"
        ))
    }

    /// A payment that waits: how it is paid, until when, and what else can be done.
    fn waiting(&self, payment: &Payment) -> Markup {
        let words = self.words;
        let instructions = instructions::of(self, payment);
        let until = payment.payable_until().map_or_else(Markup::default, |until| {
            let moment = words.until.replace("{moment}", &self.bill.language.moment(until, &self.bill.zone));
            let (moment, left, now) = (Markup::text(moment), Markup::text(words.left), self.bill.now);
            Markup::html(format!(
                "<p><time datetime=\"{until}\" data-now=\"{now}\">{moment}</time> <span class=\"left\" hidden>{left} <b></b></span></p>\n"
            ))
        });
        let check = Markup::html(format!(
            "<button class=\"quiet\" name=\"choice\" value=\"check\">{}</button>\n",
            Markup::text(words.check)
        ));
        let check = if payment.was_asked() { self.form(&check) } else { Markup::default() };
        let other = self.link(Asked { choose: true, method: None, ..self.asked }, words.other_way, "");
        let [waiting, by_itself, note] = [words.waiting, words.by_itself, words.other_way_note].map(Markup::text);
        // What a provider's fraud check holds may be paid already, and what a bank holds is the seller's to release.
        let other = if payment.status == Status::Challenge || payment.held().is_some() {
            Markup::default()
        } else {
            Markup::html(format!("<p>{other}. <span class=\"soft\">{note}</span></p>\n"))
        };
        Markup::html(format!(
            "<section>\n<p class=\"waiting\" role=\"status\">{waiting}</p>\n{instructions}{until}<p class=\"soft\">{by_itself}</p>\n\
             {check}{other}</section>\n"
        ))
    }
}
