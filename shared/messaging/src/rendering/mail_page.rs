//! How a mail looks: one column in the sender's colour, on light and dark screens, from a phone's width up.
//!
//! Mail readers know little of CSS: what matters stands in `style` attributes, since some take the sheet away; the sheet adds
//! dark colours and narrow screens for those that read it. Nothing is loaded from elsewhere but the sender's logo, whose
//! address is the same for every reader, so that nobody learns from it who reads a mail and when.

use kernel::{Color, Locale, escape_html};

/// In whose name and colours.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// What people call the sender.
    pub name: &'a str,
    /// Of the line at the top and of the name, where it can be read on white.
    pub accent: Color,
    /// Of buttons; their letters are white or black, whichever can be read.
    pub primary: Color,
    /// Where the sender's logo is.
    pub logo: Option<&'a str>,
    /// Where questions go.
    pub support_email: Option<&'a str>,
    /// Where help is found.
    pub support_url: Option<&'a str>,
    /// What else the sender says beneath its mails.
    pub footer: Option<&'a str>,
}

impl Look<'_> {
    /// What stands beneath a mail, line by line: for questions, and the sender's own.
    fn foot(self, language: Locale) -> Vec<String> {
        let (questions, help) = match language {
            Locale::En => ("Questions", "Help"),
            Locale::Id => ("Pertanyaan", "Bantuan"),
        };
        let questions = self.support_email.map(|email| format!("{questions}: {email}"));
        let help = self.support_url.map(|url| format!("{help}: {url}"));
        questions.into_iter().chain(help).chain(self.footer.map(str::to_owned)).collect()
    }

    /// The plain text of a mail with what stands beneath it, behind the mark of a signature (RFC 3676, section 4.3).
    pub(crate) fn signed(self, language: Locale, text: &str) -> String {
        let foot = self.foot(language);
        if foot.is_empty() { text.to_owned() } else { format!("{text}\n-- \n{}\n", foot.join("\n")) }
    }

    /// The sender's logo, or its name. Logos are drawn for white paper: on a dark screen it stays.
    fn head(self) -> String {
        let name = escape_html(self.name);
        match self.logo {
            Some(logo) => {
                let logo = escape_html(logo);
                format!("<img src=\"{logo}\" alt=\"{name}\" height=\"48\" style=\"{LOGO}\">")
            }
            None => name,
        }
    }
}

/// The elements that [`crate::Rendered::html`] has, and what each looks like to readers that know no sheets.
const PARAGRAPH: &str = "margin:0 0 16px";
const SMALL: &str = "margin:-8px 0 16px;font-size:13px;line-height:1.4;color:#5a6270;word-break:break-all";

/// A picture that is as high as two lines, and no wider than a phone.
const LOGO: &str =
    "display:block;height:48px;width:auto;max-width:240px;padding:4px;background:#ffffff;border-radius:4px";
/// What stands beneath a mail.
const FOOT: &str = "padding:0 32px 24px;font:400 13px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;\
    color:#5a6270;word-wrap:break-word";

/// What a sheet adds: the same elements by their classes.
const SHEET: &str = "\
@media (prefers-color-scheme:dark){\
.page{background:#15171a!important}\
.card{background:#212429!important}\
.card td{color:#e6e8eb!important}\
.name{color:#ffffff!important}\
.small,.foot{color:#a6adb8!important}\
.button{border-color:#6b7480!important}}\
@media (max-width:480px){\
.page{padding:0!important}\
.card{border-radius:0!important}\
.card td{padding-left:20px!important;padding-right:20px!important}\
.button{display:block!important;text-align:center!important}}";

/// The whole document around the blocks of a message, which are [`crate::Rendered::html`].
pub(crate) fn page(language: Locale, subject: &str, blocks: &str, look: Look<'_>) -> String {
    let (accent, primary) = (look.accent, look.primary);
    let (letters, name_color) = (primary.letters(), accent.on_paper());
    let subject = escape_html(subject);
    let button = format!(
        "display:inline-block;background:{primary};color:{letters};border:1px solid {primary};border-radius:6px;\
         padding:12px 22px;font-weight:600;text-decoration:none"
    );
    let foot: Vec<String> = look.foot(language).iter().map(|line| escape_html(line)).collect();
    let foot = if foot.is_empty() {
        String::new()
    } else {
        format!("<tr><td class=\"foot\" style=\"{FOOT}\">{}</td></tr>\n", foot.join("<br>\n"))
    };
    let name = look.head();
    // Quotes of texts are escaped: only elements of ours read like this.
    let blocks = blocks
        .replace("<p class=\"text\"", &format!("<p class=\"text\" style=\"{PARAGRAPH}\""))
        .replace("<p class=\"small\"", &format!("<p class=\"small\" style=\"{SMALL}\""))
        .replace("class=\"button\"", &format!("class=\"button\" style=\"{button}\""));
    let tag = language.tag();
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{subject}</title>\n<style>:root{{color-scheme:light dark}}{SHEET}</style></head>\n\
         <body class=\"page\" style=\"margin:0;padding:24px 12px;background:#f1f3f5\">\n\
         <table class=\"card\" role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" align=\"center\" \
         style=\"width:100%;max-width:600px;margin:0 auto;background:#ffffff;border-radius:8px;border-top:4px solid {accent}\">\n\
         <tr><td class=\"name\" style=\"padding:24px 32px 0;font:700 18px/1.4 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:{name_color}\">{name}</td></tr>\n\
         <tr><td style=\"padding:16px 32px;font:400 16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:#1c2024;word-wrap:break-word\">\n\
         {blocks}</td></tr>\n{foot}</table>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(name: &str) -> Look<'_> {
        let accent = "#1a6b54".parse().unwrap();
        Look { name, accent, primary: accent, logo: None, support_email: None, support_url: None, footer: None }
    }

    #[test]
    fn a_mail_is_in_the_senders_name_and_colour() {
        let blocks = "<p class=\"text\">Halo</p>\n<p><a href=\"https://x.id\" class=\"button\">Bayar</a></p>\n";
        let page = page(Locale::Id, "Tagihan <1>", blocks, plain("Toko & \"Sinar\""));
        for part in [
            "<html lang=\"id\">",
            "<title>Tagihan &lt;1&gt;</title>",
            "Toko &amp; &quot;Sinar&quot;</td>",
            "border-top:4px solid #1a6b54",
            "background:#1a6b54;color:#ffffff",
            "prefers-color-scheme:dark",
            "max-width:480px",
            "<p class=\"text\" style=\"margin:0 0 16px\">Halo</p>",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
        assert!(
            !page.contains("src=") && !page.contains("url(") && !page.contains("class=\"foot\""),
            "nothing is loaded"
        );
    }

    #[test]
    fn a_brand_shows_its_logo_and_says_where_questions_go() {
        let look = Look {
            primary: "#fde047".parse().unwrap(),
            logo: Some("https://api.ruko.test/brand/tnt_1/logo?v=01234567"),
            support_email: Some("bantuan@sinar.example"),
            support_url: Some("https://sinar.example/a?b=1&c=2"),
            footer: Some("PT <Sinar>"),
            ..plain("Sinar \"&\" Co")
        };
        let blocks = "<p><a href=\"https://x.id\" class=\"button\">Bayar</a></p>\n";
        let html = page(Locale::Id, "s", blocks, look);
        for part in [
            "<img src=\"https://api.ruko.test/brand/tnt_1/logo?v=01234567\" alt=\"Sinar &quot;&amp;&quot; Co\"",
            "background:#fde047;color:#000000",
            "border-top:4px solid #1a6b54",
            "Pertanyaan: bantuan@sinar.example<br>\nBantuan: https://sinar.example/a?b=1&amp;c=2<br>\nPT &lt;Sinar&gt;",
        ] {
            assert!(html.contains(part), "{part}\n{html}");
        }
        assert_eq!(
            look.signed(Locale::En, "Hi\n"),
            "Hi\n\n-- \nQuestions: bantuan@sinar.example\nHelp: https://sinar.example/a?b=1&c=2\nPT <Sinar>\n"
        );
        assert_eq!(plain("x").signed(Locale::En, "Hi\n"), "Hi\n");
    }

    #[test]
    fn a_name_in_a_pale_colour_is_written_in_ink() {
        let pale = Look { accent: "#f59e0b".parse().unwrap(), ..plain("Sinar") };
        let html = page(Locale::En, "s", "", pale);
        assert!(html.contains("border-top:4px solid #f59e0b") && html.contains("color:#1b1f24\">Sinar"), "{html}");
    }

    #[test]
    fn a_text_cannot_pass_for_an_element() {
        let text = escape_html("<p class=\"text\"> class=\"button\"");
        let page = page(Locale::En, "s", &format!("<p class=\"text\">{text}</p>"), plain("n"));
        assert_eq!(page.matches("style=\"margin:0 0 16px\"").count(), 1);
        assert!(!page.contains("display:inline-block"));
    }
}
