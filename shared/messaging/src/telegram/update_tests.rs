//! What is heard of updates as Telegram sends them.

use super::*;

fn heard(json: &str) -> ChatEvent {
    parse(json.as_bytes()).unwrap().heard
}

const BUDI: Chat = Chat { id: 42, language: Locale::Id };

#[test]
fn the_samples_are_heard() {
    let start = r#"{"update_id":700001,"message":{"message_id":12,"from":{"id":42,"is_bot":false,"first_name":"Budi",
        "username":"budi","language_code":"id"},"chat":{"id":42,"first_name":"Budi","type":"private"},"date":1750000000,
        "text":"/start ref_9","entities":[{"offset":0,"length":6,"type":"bot_command"}]}}"#;
    assert_eq!(parse(start.as_bytes()).unwrap().id, 700_001);
    assert_eq!(heard(start), ChatEvent::Command { chat: BUDI, name: "start".to_owned(), argument: "ref_9".to_owned() });
    assert_eq!(heard(&start.replace("/start ref_9", "  /START@toko_bot   ref_9 ")), heard(start));
    assert_eq!(heard(&start.replace("/start ref_9", "halo")), ChatEvent::Chatter(BUDI));
    assert_eq!(heard(&start.replace("private", "group")), ChatEvent::Nothing);
    let words = || ChatEvent::Posted(vec!["lnk_1".to_owned()]);
    let group = start.replace("private", "supergroup");
    for text in ["/start lnk_1", "/start@toko_bot lnk_1", "try https://t.me/toko_bot?start=lnk_1, it works"] {
        assert_eq!(heard(&group.replace("/start ref_9", text)), words(), "{text}");
    }
    assert_eq!(heard(&group.replace("\"text\":\"/start ref_9\"", "\"caption\":\"lnk_1\"")), words());
    assert_eq!(heard(&group.replace("/start ref_9", "lnk_1").replace("\"message\":", "\"edited_message\":")), words());
    let blocked = r#"{"update_id":700003,"my_chat_member":{"chat":{"id":42,"type":"private"},
        "from":{"id":42,"language_code":"id"},"date":1750000002,"old_chat_member":{"status":"member"},
        "new_chat_member":{"status":"kicked"}}}"#;
    assert_eq!(heard(blocked), ChatEvent::Blocked(BUDI));
    assert_eq!(heard(&blocked.replace("kicked", "member")), ChatEvent::Unblocked(BUDI));
    assert_eq!(heard(&blocked.replace("kicked", "left")), ChatEvent::Nothing);
    assert_eq!(heard(&blocked.replace("private", "group")), ChatEvent::Nothing);
    assert_eq!(
        heard(r#"{"update_id":700002,"callback_query":{"id":"4382bfdwdsb323b2d9","data":"cancel"}}"#),
        ChatEvent::Nothing
    );
}

#[test]
fn odd_updates_are_taken_and_do_nothing() {
    assert_eq!(heard(r#"{"update_id":1}"#), ChatEvent::Nothing);
    assert_eq!(heard(r#"{"update_id":1,"message":{"chat":"x"}}"#), ChatEvent::Nothing);
    assert_eq!(heard(r#"{"update_id":1,"message":5}"#), ChatEvent::Nothing);
    for raw in ["", "[]", "[1]", "null", "{}", r#"{"update_id":"x"}"#, "{"] {
        assert_eq!(parse(raw.as_bytes()), Err(UpdateError::Malformed), "{raw}");
    }
}

#[test]
fn only_the_secret_opens() {
    let secret = Secret::new("s3cret".to_owned());
    assert_eq!(verify(Some("s3cret"), &secret), Ok(()));
    for given in [None, Some(""), Some("s3cre"), Some("s3crets"), Some("S3CRET")] {
        assert_eq!(verify(given, &secret), Err(UpdateError::NotFromTelegram), "{given:?}");
    }
    let none = Secret::new(String::new());
    assert_eq!(verify(None, &none), Err(UpdateError::NotFromTelegram), "an empty secret is none");
}

#[test]
fn a_button_is_heard_from_the_person_whose_chat_it_is_in() {
    let pressed = r#"{"update_id":700002,"callback_query":{"id":"4382bfdwdsb323b2d9","from":{"id":42,"is_bot":false,
        "first_name":"Budi","language_code":"id"},"message":{"message_id":101,"chat":{"id":42,"type":"private"},
        "date":1750000001,"text":".."},"chat_instance":"-3","data":"mute:8"}}"#;
    let query = || "4382bfdwdsb323b2d9".to_owned();
    let event = Pressed { chat: BUDI, query: query(), message_id: 101, data: "mute:8".to_owned() };
    assert_eq!(heard(pressed), ChatEvent::Pressed(event));
    let elsewhere = ChatEvent::PressedInGroup { query: query(), language: Locale::Id };
    assert_eq!(heard(&pressed.replace("private", "supergroup")), elsewhere);
    assert_eq!(heard(&pressed.replace(r#""from":{"id":42"#, r#""from":{"id":43"#)), elsewhere, "somebody else's chat");
}

#[test]
fn in_a_group_a_bot_hears_what_is_said_to_it_by_name() {
    let said = |text: &str| {
        heard(&format!(
            r#"{{"update_id":1,"message":{{"message_id":1,"from":{{"id":42,"language_code":"id"}},
            "chat":{{"id":-7,"type":"group"}},"date":1,"text":"{text}"}}}}"#
        ))
    };
    let chat = Chat { id: -7, language: Locale::Id };
    let expected = ChatEvent::InGroup { chat, name: "balance".to_owned(), bot: "toko_bot".to_owned() };
    assert_eq!(said("/balance@Toko_Bot 5"), expected);
    assert_eq!(
        [said("/balance"), said("balance"), said("@toko_bot")],
        [ChatEvent::Nothing, ChatEvent::Nothing, ChatEvent::Nothing]
    );
    assert_eq!(said("/start@toko_bot lnk_1"), ChatEvent::Posted(vec!["lnk_1".to_owned()]), "a code is void first");
}
