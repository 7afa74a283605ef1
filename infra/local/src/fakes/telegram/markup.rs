//! Telegram's text markup: what parses, and what a reader sees of it.

use serde_json::Value;

/// Characters that `MarkdownV2` reserves without giving them a meaning of their own where they stand.
const RESERVED: &str = "_*[]()~`>#+-=|{}.!";
/// What begins and ends an entity of `MarkdownV2`, and what Telegram calls it; the longer ones first.
const ENTITIES: [(&str, &str); 7] = [
    ("```", "Pre"),
    ("__", "Underline"),
    ("||", "Spoiler"),
    ("*", "Bold"),
    ("_", "Italic"),
    ("~", "Strikethrough"),
    ("`", "Code"),
];
/// Tags that the HTML mode knows.
const TAGS: [&str; 15] = [
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "span",
    "tg-spoiler",
    "a",
    "code",
    "pre",
    "blockquote",
];

/// A text whose markup was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    /// What a reader sees.
    pub(super) seen: String,
    /// The same, with the addresses of links behind their labels.
    pub(super) with_links: String,
}

/// The text without its markup.
pub(super) fn read(text: &str, mode: &str) -> Result<Read, String> {
    let same = |seen: String| Read { with_links: seen.clone(), seen };
    match mode.to_ascii_lowercase().as_str() {
        "" => Ok(same(text.to_owned())),
        "html" => html(text).map(same),
        "markdownv2" => markdown(text),
        "markdown" => Ok(same(text.replace(['*', '_', '`'], ""))),
        _ => Err("unsupported parse_mode".to_owned()),
    }
}

fn html(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(index) = rest.find(['<', '&']) {
        let (before, after) = rest.split_at(index);
        out.push_str(before);
        let offset = text.len() - after.len();
        if let Some(tail) = after.strip_prefix('<') {
            let (tag, tail) = tail
                .split_once('>')
                .ok_or_else(|| format!("can't parse entities: Unclosed start tag at byte offset {offset}"))?;
            if let Some(name) = tag.strip_prefix('/') {
                match open.pop() {
                    Some(expected) if expected == name.trim() => {}
                    Some(expected) => {
                        return Err(format!(
                            "can't parse entities: Unmatched end tag at byte offset {offset}, expected \"</{expected}>\", found \"</{name}>\""
                        ));
                    }
                    None => return Err(format!("can't parse entities: Unexpected end tag at byte offset {offset}")),
                }
            } else {
                let name = tag.split_whitespace().next().unwrap_or_default();
                if !TAGS.contains(&name) {
                    return Err(format!(
                        "can't parse entities: Unsupported start tag \"{name}\" at byte offset {offset}"
                    ));
                }
                open.push(name.to_owned());
            }
            rest = tail;
        } else {
            let entity = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"')];
            let found = entity.iter().find_map(|(name, letter)| after.strip_prefix(name).map(|tail| (*letter, tail)));
            let (letter, tail) = found.unwrap_or(('&', after.get(1..).unwrap_or_default()));
            out.push(letter);
            rest = tail;
        }
    }
    out.push_str(rest);
    match open.pop() {
        Some(name) => Err(format!("can't parse entities: Can't find end tag corresponding to start tag \"{name}\"")),
        None => Ok(out),
    }
}

fn markdown(text: &str) -> Result<Read, String> {
    let mut out = Read { seen: String::new(), with_links: String::new() };
    let mut open: Vec<(&str, &str, usize)> = Vec::new();
    let mut at = 0;
    while let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let top = open.last().copied();
        let in_code = top.is_some_and(|(mark, ..)| mark.starts_with('`'));
        let entity = ENTITIES.into_iter().find(|(mark, _)| rest.starts_with(mark));
        let entity = entity.filter(|(mark, _)| !in_code || top.is_some_and(|(open, ..)| open == *mark));
        if letter == '\\' {
            let escaped = rest.chars().nth(1).filter(|c| ('\u{1}'..='\u{7e}').contains(c));
            out.push(escaped.unwrap_or('\\'));
            at += 1 + escaped.map_or(0, char::len_utf8);
        } else if let Some((mark, name)) = entity {
            match top {
                Some((opened, ..)) if opened == mark => drop(open.pop()),
                Some((_, name, from)) if open.iter().any(|(opened, ..)| *opened == mark) => {
                    return Err(unended(name, from));
                }
                Some(_) | None => open.push((mark, name, at)),
            }
            at += mark.len();
        } else if in_code {
            out.push(letter);
            at += letter.len_utf8();
        } else if letter == '[' {
            at += link(rest, at, &mut out)?;
        } else if letter == '>' && (at == 0 || text.get(..at).is_some_and(|before| before.ends_with('\n'))) {
            at += 1;
        } else if RESERVED.contains(letter) {
            return Err(format!(
                "can't parse entities: Character '{letter}' is reserved and must be escaped with the preceding '\\'"
            ));
        } else {
            out.push(letter);
            at += letter.len_utf8();
        }
    }
    match open.last() {
        Some((_, name, from)) => Err(unended(name, *from)),
        None => Ok(out),
    }
}

fn unended(name: &str, from: usize) -> String {
    format!("can't parse entities: Can't find end of {name} entity at byte offset {from}")
}

impl Read {
    fn push(&mut self, letter: char) {
        self.seen.push(letter);
        self.with_links.push(letter);
    }
}

/// `[label](address)` at the beginning of `rest`; how long it is.
fn link(rest: &str, at: usize, out: &mut Read) -> Result<usize, String> {
    let missing = || unended("TextUrl", at);
    let (label, length) = until(rest, 1, ']').ok_or_else(missing)?;
    if rest.get(length..length + 1) != Some("(") {
        return Err(missing());
    }
    let (address, length) = until(rest, length + 1, ')').ok_or_else(missing)?;
    out.seen.push_str(&label);
    out.with_links.extend([&*label, ": ", &*address]);
    Ok(length)
}

/// What stands from `from` to `end`, and where it goes on behind that.
fn until(text: &str, from: usize, end: char) -> Option<(String, usize)> {
    let mut found = String::new();
    let mut letters = text.get(from..)?.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => found.push(letters.next()?.1),
            _ if letter == end => return Some((found, from + at + letter.len_utf8())),
            _ => found.push(letter),
        }
    }
    None
}

/// The most buttons of a message, and of a row.
const MOST_BUTTONS: (usize, usize) = (100, 8);

/// Buttons carry 1 to 64 bytes of data, or a URL.
pub(super) fn check_keyboard(markup: &Value) -> Result<(), String> {
    let rows = match markup {
        Value::Null => return Ok(()),
        Value::Object(fields) => fields.get("inline_keyboard").and_then(Value::as_array),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return Err("object expected as reply markup".to_owned());
        }
    };
    let rows = rows.ok_or("field \"inline_keyboard\" must be of type Array")?;
    let mut buttons = 0;
    for row in rows {
        let row = row.as_array().ok_or("inline keyboard row must be an Array")?;
        buttons += row.len();
        if row.len() > MOST_BUTTONS.1 || buttons > MOST_BUTTONS.0 {
            return Err("reply markup is too long".to_owned());
        }
        row.iter().try_for_each(check_button)?;
    }
    Ok(())
}

fn check_button(button: &Value) -> Result<(), String> {
    if button["text"].as_str().is_none_or(|text| text.trim().is_empty()) {
        return Err("text buttons are unallowed in the inline keyboard".to_owned());
    }
    match (button["callback_data"].as_str(), button["url"].as_str()) {
        (Some(data), None) if (1..=64).contains(&data.len()) => Ok(()),
        (Some(_), None) => Err("BUTTON_DATA_INVALID".to_owned()),
        // The local cloud's own pages are on loopback, which Telegram itself would not take.
        (None, Some(url)) if ["https://", "http://", "tg://"].iter().any(|scheme| url.starts_with(scheme)) => Ok(()),
        (None, Some(_)) => Err("BUTTON_URL_INVALID".to_owned()),
        (Some(_), Some(_)) | (None, None) => Err("can't parse inline keyboard button".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain(text: &str, mode: &str) -> Result<String, String> {
        read(text, mode).map(|read| read.seen)
    }

    #[test]
    fn entities_end_and_links_have_an_address() {
        let markdown = |text: &str| read(text, "MarkdownV2");
        assert_eq!(markdown("*a _b_* ||c|| __d__ ~e~ ```f.g``` `h*`").unwrap().seen, "a b c d e f.g h*");
        assert_eq!(
            markdown("[Bayar \\(1\\)](https://x.id/a_(b\\)?q=1)").unwrap(),
            Read { seen: "Bayar (1)".to_owned(), with_links: "Bayar (1): https://x.id/a_(b)?q=1".to_owned() }
        );
        assert_eq!(markdown(">quoted\n>again").unwrap().seen, "quoted\nagain");
        for (text, entity) in [
            ("*a", "Bold"),
            ("a_b", "Italic"),
            ("*a _b* c_", "Italic"),
            ("[a", "TextUrl"),
            ("[a]b", "TextUrl"),
            ("`a", "Code"),
        ] {
            let said = markdown(text).unwrap_err();
            assert!(said.contains(&format!("Can't find end of {entity} entity at byte offset")), "{text}: {said}");
        }
        for text in ["a>b", "(a)", "a-b", "a|b", "a]"] {
            assert!(markdown(text).unwrap_err().contains("is reserved"), "{text}");
        }
    }

    #[test]
    fn markup_is_read_as_telegram_reads_it() {
        assert_eq!(
            plain("Total: Rp 10\\.000,50 \\(lunas\\!\\)", "MarkdownV2").unwrap(),
            "Total: Rp 10.000,50 (lunas!)"
        );
        assert_eq!(plain("*tebal* `a.b`", "MarkdownV2").unwrap(), "tebal a.b");
        assert!(plain("Rp 10.000", "MarkdownV2").unwrap_err().contains("Character '.' is reserved"));
        assert_eq!(plain("Tom &amp; <b>&lt;x&gt;</b>", "HTML").unwrap(), "Tom & <x>");
        assert!(plain("<b>x", "HTML").unwrap_err().contains("Can't find end tag"));
        assert!(plain("<blink>x</blink>", "HTML").unwrap_err().contains("Unsupported start tag"));
        assert!(plain("<b><i>x</b></i>", "HTML").unwrap_err().contains("Unmatched end tag"));
        assert_eq!(plain("1 < 2.", "").unwrap(), "1 < 2.");
        assert!(plain("x", "rtf").is_err());
    }

    #[test]
    fn buttons_are_bounded() {
        let keyboard = |data: &str| json!({"inline_keyboard": [[{"text": "Pay", "callback_data": data}]]});
        assert!(check_keyboard(&keyboard("pay:1")).is_ok());
        assert!(check_keyboard(&keyboard("")).is_err());
        assert!(check_keyboard(&keyboard(&"x".repeat(65))).is_err());
        assert!(check_keyboard(&Value::Null).is_ok());
        for bad in [
            json!("[]"),
            json!({"keyboard": []}),
            json!({"inline_keyboard": [{"text": "Pay", "callback_data": "x"}]}),
            json!({"inline_keyboard": [[{"text": " ", "callback_data": "x"}]]}),
            json!({"inline_keyboard": [[{"text": "Pay"}]]}),
            json!({"inline_keyboard": [[{"text": "Pay", "callback_data": "x", "url": "https://x.id"}]]}),
            json!({"inline_keyboard": [[{"text": "Pay", "url": "javascript:alert(1)"}]]}),
            json!({"inline_keyboard": [vec![json!({"text": "Pay", "callback_data": "x"}); 9]]}),
            json!({"inline_keyboard": vec![json!([{"text": "Pay", "callback_data": "x"}]); 101]}),
        ] {
            assert!(check_keyboard(&bad).is_err(), "{bad}");
        }
    }
}
