//! From a template and its values to the text of every channel.

use kernel::{Locale, escape_html};

use crate::{
    Look, Template, TemplateError, Values, escape,
    rendering::{
        mail_page,
        template::{Block, Piece},
    },
};

/// A message's text for every channel. The HTML and the `MarkdownV2` are escaped; the plain texts need no escaping.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// For mail readers without HTML, and for channels without markup.
    pub text: String,
    /// The elements of an HTML document, which [`Rendered::page`] makes whole.
    pub html: String,
    /// What is said before the first link, without a greeting: for a screen that shows a few lines, and for a list, which
    /// holds no links.
    pub brief: String,
    /// Telegram's `MarkdownV2`, without the subject.
    pub markdown: String,
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
        let mut said = Vec::new();
        for block in &self.blocks {
            match block {
                Block::Paragraph(pieces) => {
                    let text = filled(pieces);
                    htmls.push(paragraph(&text));
                    markdowns.push(escape::markdown(&text));
                    if texts.len() == said.len() {
                        said.push(text.clone());
                    }
                    texts.push(text);
                }
                Block::Button { label, link } => {
                    let label = filled(label);
                    let url = written(&Piece::Variable(link.clone()), language, values);
                    let (safe_label, safe_url) = (escape_html(&label), escape_html(&url));
                    htmls.push(format!(
                        "<p class=\"text\"><a href=\"{safe_url}\" class=\"button\">{safe_label}</a></p>\n"
                    ));
                    htmls.push(format!("<p class=\"small\">{safe_url}</p>\n"));
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
            subject,
            html: htmls.concat(),
            brief: brief(&said),
            text: format!("{}\n", texts.join("\n\n")),
            markdown: markdowns.join("\n\n"),
        })
    }
}

impl Rendered {
    /// The whole HTML document of a mail.
    pub fn page(&self, language: Locale, look: Look<'_>) -> String {
        mail_page::page(language, &self.subject, &self.html, look)
    }

    /// The whole plain text of a mail.
    pub fn letter(&self, language: Locale, look: Look<'_>) -> String {
        look.signed(language, &self.text)
    }
}

/// Paragraphs without the greeting before them: `Hello Budi,`.
fn brief(said: &[String]) -> String {
    match said {
        [greeting, rest @ ..] if !rest.is_empty() && greeting.ends_with(',') => rest.join("\n\n"),
        all => all.join("\n\n"),
    }
}

const HEADING: &str = "font-size:18px;margin:1.2em 0 .4em";

fn paragraph(text: &str) -> String {
    format!("<p class=\"text\">{}</p>\n", escape_html(text).replace('\n', "<br>\n"))
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
        let line = format!("<p class=\"small\"><a href=\"{}\">{label}</a></p>\n", escape_html(url));
        let (html, text) = (format!("{}{line}", self.html), format!("{}\n{label}: {url}\n", self.text));
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
            rendered.html.contains("&lt;b&gt;*Sale*&lt;/b&gt;</h2>\n<p class=\"text\">One &amp; two<br>\nthree</p>\n<p class=\"text\">four_</p>")
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
        assert!(rendered.html.contains("<p class=\"text\">Dear &lt;b&gt;Budi_*&lt;/b&gt; Bcc: x!<br>\nTwo lines.</p>"));
        assert!(rendered.html.contains("<a href=\"https://x.id/a_(b)?q=1&amp;r=2\""));
        assert!(!rendered.html.contains("<b>"));
        assert_eq!(rendered.brief, "Dear <b>Budi_*</b> Bcc: x!\nTwo lines.");
    }

    #[test]
    fn what_is_shown_in_brief_has_no_greeting_and_no_link() {
        let variables = [("name", ValueKind::Text), ("link", ValueKind::Link)];
        let values = || Values::new().text("name", "Budi").link("link", Link::parse("https://x.id/secret").unwrap());
        for (source, brief) in [
            (
                "S\n\nHello {{name}},\n\nIt is paid.\n\nThank you.\n\n[Go]({{link}})\n\nAbout the link.",
                "It is paid.\n\nThank you.",
            ),
            ("S {{name}}\n\nHello,\n\n[Go]({{link}})\n\nMore.", "Hello,"),
            ("S {{name}}\n\n[Go]({{link}})\n\nMore.", ""),
        ] {
            let template = Template::compile(source, &variables).unwrap();
            assert_eq!(template.render(Locale::En, &values()).unwrap().brief, brief, "{source}");
        }
    }
}
