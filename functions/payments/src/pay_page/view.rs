//! A bill at its page as it is shown to somebody, and what the parts of the page are made of.

use kernel::{Markup, Money};

use super::{bill::Bill, door::Asked, ways::Way, words::Words};

/// A bill as it is shown to somebody, with the stamp of its forms.
pub(crate) struct View<'a> {
    pub(crate) bill: &'a Bill,
    pub(crate) words: &'static Words,
    pub(crate) asked: Asked,
    pub(crate) ways: &'a [Way],
    pub(crate) stamp: String,
}

impl View<'_> {
    /// An amount as it is read.
    pub(crate) fn money(&self, amount: Money) -> String {
        self.bill.language.money(amount)
    }

    /// A text with the seller's name and the invoice's number in it.
    pub(crate) fn of_seller(&self, text: &str) -> String {
        text.replace("{seller}", self.bill.invoice.seller.known_as()).replace("{number}", &self.bill.number())
    }

    /// A link to the same page that asks for something else.
    pub(crate) fn link(&self, asked: Asked, text: &str, more: &str) -> Markup {
        let address = Markup::text(format!("/pay/{}{}", self.bill.link, asked.query()));
        Markup::html(format!("<a href=\"{address}\"{more}>{}</a>", Markup::text(text)))
    }

    /// A form whose buttons say what is chosen. Its address names nothing that would stay behind in the next page.
    pub(crate) fn form(&self, buttons: &Markup) -> Markup {
        let (link, stamp) = (Markup::text(&self.bill.link), Markup::text(&self.stamp));
        let language = self.asked.language.map_or_else(Markup::default, |language| {
            Markup::html(format!("<input type=\"hidden\" name=\"lang\" value=\"{}\">\n", language.tag()))
        });
        Markup::html(format!(
            "<form method=\"post\" action=\"/pay/{link}\">\n<input type=\"hidden\" name=\"stamp\" value=\"{stamp}\">\n{language}{buttons}</form>\n"
        ))
    }

    /// Something to be typed elsewhere: shown, and with the script copied by a button.
    pub(crate) fn copyable(&self, id: &str, label: &str, shown: &str, copied: &str) -> Markup {
        let [id, label, shown, copied] = [id, label, shown, copied].map(Markup::text);
        let [copy, done] = [self.words.copy, self.words.copied].map(Markup::text);
        Markup::html(format!(
            "<div class=\"copyable\"><span class=\"label\" id=\"{id}-label\">{label}</span>\
             <span class=\"value\" id=\"{id}\">{shown}</span>\
             <button type=\"button\" class=\"copy\" hidden data-copy=\"{copied}\" data-done=\"{done}\" aria-describedby=\"{id}-label\">{copy}</button></div>\n"
        ))
    }
}
