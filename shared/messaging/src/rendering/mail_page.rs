//! How a mail looks: one column in the sender's colour, on light and dark screens, from a phone's width up.
//!
//! Mail readers know little of CSS: what matters stands in `style` attributes, since some take the sheet away; the sheet adds
//! dark colours and narrow screens for those that read it. Nothing is loaded from elsewhere, so that no reader has to
//! ask before showing it, and nobody learns from it when it is read.

use kernel::{Locale, escape_html};

/// In whose name and colour.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// What people call the sender.
    pub name: &'a str,
    /// `#rrggbb`, dark enough for white letters; any other text is passed over.
    pub accent: &'a str,
}

/// The colour of a sender who has none.
const USUAL_ACCENT: &str = "#1f4e8c";
/// The elements that [`crate::Rendered::html`] has, and what each looks like to readers that know no sheets.
const PARAGRAPH: &str = "margin:0 0 16px";
const SMALL: &str = "margin:-8px 0 16px;font-size:13px;line-height:1.4;color:#5a6270;word-break:break-all";

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
    let accent = if is_colour(look.accent) { look.accent } else { USUAL_ACCENT };
    let (subject, name) = (escape_html(subject), escape_html(look.name));
    let button = format!(
        "display:inline-block;background:{accent};color:#ffffff;border:1px solid {accent};border-radius:6px;\
         padding:12px 22px;font-weight:600;text-decoration:none"
    );
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
         <tr><td class=\"name\" style=\"padding:24px 32px 0;font:700 18px/1.4 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:{accent}\">{name}</td></tr>\n\
         <tr><td style=\"padding:16px 32px;font:400 16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:#1c2024;word-wrap:break-word\">\n\
         {blocks}</td></tr>\n</table>\n</body>\n</html>\n"
    )
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_in_the_senders_name_and_colour() {
        let blocks = "<p class=\"text\">Halo</p>\n<p><a href=\"https://x.id\" class=\"button\">Bayar</a></p>\n";
        let page = page(Locale::Id, "Tagihan <1>", blocks, Look { name: "Toko & \"Sinar\"", accent: "#1a6b54" });
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
        assert!(!page.contains("src=") && !page.contains("url("), "nothing is loaded");
    }

    #[test]
    fn what_is_no_colour_is_passed_over() {
        for bad in ["", "red", "#fff", "#1a6b5", "#1a6b54;background:url(x)", "\"><script>", "#gggggg"] {
            let page = page(Locale::En, "s", "", Look { name: "n", accent: bad });
            assert!(page.contains("border-top:4px solid #1f4e8c") && !page.contains("<script"), "{bad}");
        }
    }

    #[test]
    fn a_text_cannot_pass_for_an_element() {
        let text = escape_html("<p class=\"text\"> class=\"button\"");
        let page = page(Locale::En, "s", &format!("<p class=\"text\">{text}</p>"), Look { name: "n", accent: "" });
        assert_eq!(page.matches("style=\"margin:0 0 16px\"").count(), 1);
        assert!(!page.contains("display:inline-block"));
    }
}
