//! The guides: which files of `docs/` are served, and how they become HTML. `build.rs` calls this; the function serves what
//! it made.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html::push_html};

/// A file of `docs/` that is served under `/docs/<name>`.
pub(crate) struct Guide {
    /// In the path.
    pub(crate) name: &'static str,
    /// In `docs/`.
    pub(crate) file: &'static str,
}

/// All of them, in the order of the navigation.
pub(crate) const GUIDES: [Guide; 4] = [
    Guide { name: "quickstart", file: "QUICKSTART.md" },
    Guide { name: "guide", file: "API.md" },
    Guide { name: "events", file: "EVENTS.md" },
    Guide { name: "glossary", file: "GLOSSARY.md" },
];

/// A Markdown file as HTML. Headings have the anchors that GitHub gives them, and a table row that begins with a code in
/// capitals has the anchor that the `type` of a problem document ends in. Links between guides lead to their pages; links to
/// other files of the repository are only text.
pub(crate) fn html(markdown: &str) -> String {
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut opened: Option<(usize, String)> = None;
    let mut linked = Vec::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        if let (Event::Text(text) | Event::Code(text), Some((_, title))) = (&event, &mut opened) {
            title.push_str(text);
        }
        if let Event::Start(Tag::Heading { .. }) = &event {
            opened = Some((events.len(), String::new()));
        } else if let (Event::End(TagEnd::Heading(_)), Some((at, title))) = (&event, &opened) {
            if let Some(Event::Start(Tag::Heading { id, .. })) = events.get_mut(*at) {
                *id = Some(CowStr::from(anchor(title)));
            }
            opened = None;
        } else if let Event::Code(text) = &event
            && is_code(text)
            && matches!(events.last(), Some(Event::Start(Tag::TableCell)))
        {
            events.push(Event::InlineHtml(format!("<a id=\"{}\"></a>", problem(text)).into()));
        }
        if let Event::Start(Tag::Link { link_type, dest_url, title, id }) = event {
            let target = page_of(&dest_url);
            linked.push(target.is_some());
            if let Some(dest_url) = target {
                events.push(Event::Start(Tag::Link { link_type, dest_url: dest_url.into(), title, id }));
            }
        } else if event != Event::End(TagEnd::Link) || linked.pop() == Some(true) {
            events.push(event);
        }
    }
    let mut page = String::new();
    push_html(&mut page, events.into_iter());
    // What scrolls sideways must be reachable by keyboard.
    page.replace("<pre>", "<pre tabindex=\"0\">").replace("<table>", "<table tabindex=\"0\">")
}

/// Where a link of a guide leads on the pages.
fn page_of(link: &str) -> Option<String> {
    if link.starts_with('#') || link.starts_with("http://") || link.starts_with("https://") {
        return Some(link.to_owned());
    }
    let (file, heading) =
        link.split_once('#').map_or((link, String::new()), |(file, heading)| (file, format!("#{heading}")));
    let guide = GUIDES.iter().find(|guide| guide.file == file)?;
    Some(format!("/docs/{}{heading}", guide.name))
}

fn is_code(text: &str) -> bool {
    text.len() > 2 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// The end of a problem's `type`: `VALIDATION_FAILED` is `validation-failed`.
fn problem(code: &str) -> String {
    code.to_ascii_lowercase().replace('_', "-")
}

fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|sign| if sign == ' ' { '-' } else { sign }).collect()
}
