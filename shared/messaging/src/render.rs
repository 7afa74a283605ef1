//! From a template and its values to the text of every channel.

use kernel::{Locale, escape_html};

use crate::{
    Template, TemplateError, Values, escape,
    template::{Block, Piece},
};

/// A message's text for every channel. The HTML and the `MarkdownV2` are escaped; the plain texts need no escaping.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// For mail readers without HTML, and for channels without markup.
    pub text: String,
    /// A whole HTML document.
    pub html: String,
    /// Telegram's `MarkdownV2`, without the subject.
    pub markdown: String,
    /// The plain text up to the first button: what is kept in a list, which holds no links.
    pub brief: String,
}

impl std::fmt::Debug for Rendered {
    /// A message may carry links that sign in or verify.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rendered").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A message as another one tells it, in plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retold {
    /// Its subject.
    pub title: String,
    /// What it says, up to its first button.
    pub text: String,
}

impl Template {
    /// Fills in the values.
    ///
    /// # Errors
    /// `Value` when they are not those of the template.
    pub fn render(&self, language: Locale, values: &Values) -> Result<Rendered, TemplateError> {
        self.render_telling(language, values, &[])
    }

    /// Fills in the values, and tells other messages behind that.
    ///
    /// # Errors
    /// `Value` when they are not those of the template.
    pub fn render_telling(
        &self,
        language: Locale,
        values: &Values,
        told: &[Retold],
    ) -> Result<Rendered, TemplateError> {
        self.check(values)?;
        let filled = |pieces: &[Piece]| filled(pieces, language, values);
        let subject = escape::one_line(&filled(&self.subject));
        let mut texts = Vec::new();
        let mut markdowns = Vec::new();
        let mut htmls = Vec::new();
        let paragraphs = self.blocks.iter().map_while(|block| match block {
            Block::Paragraph(pieces) => Some(filled(pieces)),
            Block::Button { .. } => None,
        });
        let brief = paragraphs.collect::<Vec<_>>().join("\n\n");
        for block in &self.blocks {
            match block {
                Block::Paragraph(pieces) => {
                    let text = filled(pieces);
                    htmls.push(paragraph(&text));
                    markdowns.push(escape::markdown(&text));
                    texts.push(text);
                }
                Block::Button { label, link } => {
                    let label = filled(label);
                    let url = written(&Piece::Variable(link.clone()), language, values);
                    let (safe_label, safe_url) = (escape_html(&label), escape_html(&url));
                    htmls.push(format!("<p><a href=\"{safe_url}\" style=\"{BUTTON}\">{safe_label}</a></p>\n"));
                    htmls.push(format!("<p style=\"{SMALL}\">{safe_url}</p>\n"));
                    markdowns.push(format!("[{}]({})", escape::markdown(&label), escape::markdown_url(&url)));
                    texts.push(format!("{label}:\n{url}"));
                }
            }
        }
        for Retold { title, text } in told {
            let text = text.trim();
            htmls.push(format!("<hr>\n<h2 style=\"{HEADING}\">{}</h2>\n", escape_html(title)));
            htmls.extend(text.split("\n\n").map(paragraph));
            markdowns.push(format!("*{}*\n\n{}", escape::markdown(title), escape::markdown(text)));
            texts.push(format!("----------\n{title}\n\n{text}"));
        }
        Ok(Rendered {
            html: document(language, &subject, &htmls.concat()),
            subject,
            text: format!("{}\n", texts.join("\n\n")),
            markdown: markdowns.join("\n\n"),
            brief,
        })
    }
}

const BODY: &str = "font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;color:#1a1a1a;max-width:36em;margin:2em auto;padding:0 1em";
const BUTTON: &str =
    "display:inline-block;background:#0b5d4e;color:#ffffff;padding:.7em 1.4em;border-radius:.4em;text-decoration:none";
const HEADING: &str = "font-size:18px;margin:1.2em 0 .4em";
const SMALL: &str = "font-size:13px;color:#555555;word-break:break-all";

fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escape_html(text).replace('\n', "<br>\n"))
}

fn document(language: Locale, subject: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title></head>\n<body style=\"{BODY}\">\n{body}</body>\n</html>\n",
        language.tag(),
        escape_html(subject)
    )
}

/// An empty value takes the space before it with it: `Hello {{name}},` becomes `Hello,` for whoever gave no name.
fn filled(pieces: &[Piece], language: Locale, values: &Values) -> String {
    let mut text = String::new();
    for piece in pieces {
        let written = written(piece, language, values);
        if written.is_empty() && text.ends_with(' ') {
            text.pop();
        }
        text.push_str(&written);
    }
    text
}

fn written(piece: &Piece, language: Locale, values: &Values) -> String {
    match piece {
        Piece::Text(text) => text.clone(),
        Piece::Variable(name) => values.get(name).map(|value| value.written(language)).unwrap_or_default(),
    }
}

impl Rendered {
    /// With a line at the end of the mail that leads to where mails like it are stopped.
    #[must_use]
    pub fn with_unsubscribe(self, language: Locale, url: &str) -> Self {
        let label = match language {
            Locale::En => "Stop mails like this one",
            Locale::Id => "Berhenti menerima email seperti ini",
        };
        let line = format!("<p style=\"{SMALL}\"><a href=\"{}\">{label}</a></p>\n</body>", escape_html(url));
        let (html, text) = (self.html.replacen("</body>", &line, 1), format!("{}\n{label}: {url}\n", self.text));
        Self { text, html, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Link, ValueKind};

    #[test]
    fn what_another_message_tells_breaks_out_of_no_channel() {
        let template = Template::compile("News\n\nHello,", &[]).unwrap();
        let told = Retold { title: "<b>*Sale*</b>".to_owned(), text: "One & two\nthree\n\nfour_".to_owned() };
        let rendered = template.render_telling(Locale::En, &Values::new(), &[told.clone(), told]).unwrap();
        assert_eq!(
            rendered.text,
            "Hello,\n\n----------\n<b>*Sale*</b>\n\nOne & two\nthree\n\nfour_\n\n\
             ----------\n<b>*Sale*</b>\n\nOne & two\nthree\n\nfour_\n"
        );
        assert!(
            rendered.html.contains("&lt;b&gt;*Sale*&lt;/b&gt;</h2>\n<p>One &amp; two<br>\nthree</p>\n<p>four_</p>")
        );
        assert!(rendered.markdown.contains("*<b\\>\\*Sale\\*</b\\>*\n\nOne & two\nthree\n\nfour\\_"));
    }

    #[test]
    fn each_channel_gets_its_own_escaping() {
        let variables = [("name", ValueKind::Text), ("link", ValueKind::Link)];
        let template =
            Template::compile("Hi {{name}}\n\nDear {{name}}!\nTwo lines.\n\n[Go on]({{link}})", &variables).unwrap();
        let values = Values::new()
            .text("name", "<b>Budi_*</b>\nBcc: x")
            .link("link", Link::parse("https://x.id/a_(b)?q=1&r=2").unwrap());
        let rendered = template.render(Locale::En, &values).unwrap();
        assert_eq!(rendered.subject, "Hi <b>Budi_*</b> Bcc: x");
        assert_eq!(rendered.text, "Dear <b>Budi_*</b> Bcc: x!\nTwo lines.\n\nGo on:\nhttps://x.id/a_(b)?q=1&r=2\n");
        assert_eq!(
            rendered.markdown,
            "Dear <b\\>Budi\\_\\*</b\\> Bcc: x\\!\nTwo lines\\.\n\n[Go on](https://x.id/a_(b\\)?q=1&r=2)"
        );
        assert_eq!(rendered.brief, "Dear <b>Budi_*</b> Bcc: x!\nTwo lines.");
        assert!(rendered.html.contains("<p>Dear &lt;b&gt;Budi_*&lt;/b&gt; Bcc: x!<br>\nTwo lines.</p>"));
        assert!(rendered.html.contains("<a href=\"https://x.id/a_(b)?q=1&amp;r=2\""));
        assert!(!rendered.html.contains("<b>"));
    }
}
