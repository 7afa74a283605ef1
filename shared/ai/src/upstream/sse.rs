//! Server-sent events, as <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream> reads them: from
//! bytes in whatever pieces they come. And how ours are written.

use serde::Serialize;

/// The largest event, in bytes. Images and other long answers of models are far below it.
const LARGEST_EVENT: usize = 4 * 1024 * 1024;

/// What ends a stream of chunks that is whole.
pub const DONE: &str = "data: [DONE]\n\n";

/// A value as an event.
pub fn event(value: &impl Serialize) -> String {
    // What is written here has no maps with other keys than texts, and cannot fail.
    format!("data: {}\n\n", serde_json::to_string(value).unwrap_or_default())
}

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// Its name; empty where it has none.
    pub name: String,
    /// Its data, lines joined by `\n`.
    pub data: String,
}

/// An event is larger than 4 MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is larger than 4 MiB")]
pub struct EventTooLarge;

/// Reads events from bytes.
#[derive(Clone, Debug, Default)]
pub struct SseParser {
    line: Vec<u8>,
    after_return: bool,
    begun: bool,
    event: SseEvent,
    has_data: bool,
}

impl SseParser {
    /// The events that end within these bytes.
    ///
    /// # Errors
    /// One of them is too large; nothing can be read after it.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<SseEvent>, EventTooLarge> {
        let mut events = Vec::new();
        for byte in bytes {
            let follows_return = std::mem::take(&mut self.after_return);
            match byte {
                b'\n' if follows_return => {}
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    events.extend(self.end_line());
                }
                other => self.line.push(*other),
            }
            if self.line.len().saturating_add(self.event.data.len()) > LARGEST_EVENT {
                return Err(EventTooLarge);
            }
        }
        Ok(events)
    }

    /// What stands at the end without the empty line that ends an event. The standard drops it; servers that close right after their
    /// last word mean it.
    pub fn finish(&mut self) -> Option<SseEvent> {
        let last = if self.line.is_empty() { None } else { self.end_line() };
        last.or_else(|| self.end_event())
    }

    fn end_line(&mut self) -> Option<SseEvent> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let line = if self.begun { &text } else { text.strip_prefix('\u{feff}').unwrap_or(&text) };
        self.begun = true;
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            // Comments, which have no name before the colon, keep a connection alive; ids and pauses are for who comes again.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<SseEvent> {
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(text: &str) -> Vec<SseEvent> {
        let mut parser = SseParser::default();
        let mut events = parser.feed(text.as_bytes()).unwrap();
        events.extend(parser.finish());
        events
    }

    fn one(name: &str, data: &str) -> SseEvent {
        SseEvent { name: name.to_owned(), data: data.to_owned() }
    }

    #[test]
    fn the_forms_of_an_event() {
        for (text, events) in [
            ("data: a\n\n", vec![one("", "a")]),
            ("data:a\r\n\r\ndata:b\r\rdata: c\n\n", vec![one("", "a"), one("", "b"), one("", "c")]),
            ("event: ping\ndata: {}\n\n", vec![one("ping", "{}")]),
            (": keep-alive\n\n\n\ndata: a\n: x\ndata:  b\n\n", vec![one("", "a\n b")]),
            ("\u{feff}data: a\n\ndata: \u{feff}b\n\n", vec![one("", "a"), one("", "\u{feff}b")]),
            ("id: 1\nretry: 5\nnonsense\n\n", vec![]),
            ("event: lonely\n\ndata: a\n\n", vec![one("", "a")]),
            ("data\n\n", vec![one("", "")]),
            ("data: [DONE]", vec![one("", "[DONE]")]),
            ("data: [DONE]\n", vec![one("", "[DONE]")]),
            ("", vec![]),
        ] {
            assert_eq!(whole(text), events, "{text:?}");
        }
    }

    #[test]
    fn an_event_that_never_ends_is_given_up() {
        let mut parser = SseParser::default();
        let line = format!("data: {}\n", "a".repeat(1024));
        let fed: Result<Vec<_>, _> = (0..5_000).map(|_| parser.feed(line.as_bytes())).collect();
        assert_eq!(fed, Err(EventTooLarge));
    }

    #[test]
    fn what_is_written_is_read() {
        let text = format!("{}{DONE}", event(&serde_json::json!({"a": "line\nbreak"})));
        assert_eq!(whole(&text), [one("", r#"{"a":"line\nbreak"}"#), one("", "[DONE]")]);
    }

    proptest! {
        #[test]
        fn any_split_of_the_bytes_is_the_same_stream(
            pieces in prop::collection::vec(prop_oneof![
                Just("data: ä€😀"), Just("data:"), Just("event: x"), Just(": c"), Just("\n"), Just("\r"), Just("\r\n"), Just("\n\n"),
                Just("\u{feff}"), Just("[DONE]"),
            ], 0..24),
            cuts in prop::collection::vec(1_usize..9, 1..64),
        ) {
            let text = pieces.concat();
            let mut parser = SseParser::default();
            let mut events = Vec::new();
            let (mut rest, mut lengths) = (text.as_bytes(), cuts.iter().cycle());
            while !rest.is_empty() {
                let (now, later) = rest.split_at((*lengths.next().unwrap()).min(rest.len()));
                events.extend(parser.feed(now).unwrap());
                rest = later;
            }
            events.extend(parser.finish());
            prop_assert_eq!(events, whole(&text));
        }

        #[test]
        fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
            let mut parser = SseParser::default();
            let _ = parser.feed(&bytes).unwrap();
            let _ = parser.finish();
        }
    }
}
