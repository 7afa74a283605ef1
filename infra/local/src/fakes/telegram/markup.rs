//! Telegram's text markup: what parses, and what a reader sees of it.

use serde_json::Value;

/// Characters that `MarkdownV2` reserves without giving them a meaning of their own.
const RESERVED: &str = "#+-={}.!";
/// Characters that mark entities.
const MARKS: &str = "_*[]()~>|";
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

/// The text without its markup.
pub(super) fn plain(text: &str, mode: &str) -> Result<String, String> {
    match mode.to_ascii_lowercase().as_str() {
        "" => Ok(text.to_owned()),
        "html" => html(text),
        "markdownv2" => markdown(text),
        "markdown" => Ok(text.replace(['*', '_', '`'], "")),
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

fn markdown(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut in_code = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next()),
            '`' => in_code = !in_code,
            _ if in_code => out.push(letter),
            reserved if RESERVED.contains(reserved) => {
                return Err(format!(
                    "can't parse entities: Character '{reserved}' is reserved and must be escaped with the preceding '\\'"
                ));
            }
            mark if MARKS.contains(mark) => {}
            _ => out.push(letter),
        }
    }
    if in_code {
        return Err("can't parse entities: Can't find end of Code entity".to_owned());
    }
    Ok(out)
}

/// Buttons carry 1 to 64 bytes of data, or a URL.
pub(super) fn check_keyboard(markup: &Value) -> Result<(), String> {
    for button in
        markup["inline_keyboard"].as_array().into_iter().flatten().flat_map(|row| row.as_array().into_iter().flatten())
    {
        if button["text"].as_str().is_none_or(str::is_empty) {
            return Err("text buttons are unallowed in the inline keyboard".to_owned());
        }
        match (button["callback_data"].as_str(), button["url"].as_str()) {
            (Some(data), None) if (1..=64).contains(&data.len()) => {}
            (Some(_), None) => return Err("BUTTON_DATA_INVALID".to_owned()),
            (None, Some(url)) if url.contains("://") => {}
            (None, Some(_)) => return Err("BUTTON_URL_INVALID".to_owned()),
            _ => return Err("can't parse inline keyboard button".to_owned()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
    }
}
