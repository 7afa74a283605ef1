//! Chats in Telegram, as the person with the phone sees them: what the bot said, its buttons, and a line to write in.

mod bubble;

use axum::{
    Form,
    extract::Path,
    response::{Html, Redirect},
};
use kernel::Markup;
use serde::Deserialize;

use super::{
    error::PageError,
    frame::{Frame, Tab},
    markup::{link, page},
    parts::{Table, column, section},
    visit::Visit,
};
use crate::{control::ControlError, fakes::telegram::UserAction};

/// What somebody does in a chat: one of the two.
#[derive(Debug, Deserialize)]
pub(super) struct ChatForm {
    text: Option<String>,
    data: Option<String>,
}

/// `GET /_local/page/telegram`.
pub(super) async fn telegram_page(visit: Visit) -> Html<String> {
    let mut table = Table::new("Chats in Telegram", [column("Person"), column("Bot"), column("Last"), column("When")]);
    for (name, bot, chat, person) in visit.running.stack.telegram.chats() {
        let bubbles = visit.running.stack.telegram.bubbles(bot, chat);
        let Some(last) = bubbles.last() else { continue };
        let person = person.map_or_else(|| chat.to_string(), |person| format!("{person} ({chat})"));
        let address = page(&["telegram", &bot.to_string(), &chat.to_string()]);
        let first_line = last.text.lines().next().unwrap_or_default();
        let cells =
            [link(&address, &Markup::text(person)), Markup::text(name), Markup::text(first_line), visit.time(last.at)];
        table.row(cells);
    }
    let body = table.or_say("Nobody has written to a bot, nor a bot to anybody, yet.");
    visit.show(&Frame::new("Telegram", Tab::Telegram), &section("chats", &Markup::text("Chats"), &body))
}

/// `GET /_local/page/telegram/{bot}/{chat}`.
pub(super) async fn chat_page(visit: Visit, Path((bot, chat)): Path<(i64, i64)>) -> Result<Html<String>, PageError> {
    let bubbles = visit.running.stack.telegram.bubbles(bot, chat);
    if bubbles.is_empty() {
        return Err(PageError::Missing("chat"));
    }
    let address = page(&["telegram", &bot.to_string(), &chat.to_string()]);
    let mut body: Markup = bubbles.iter().map(|one| bubble::shown(&visit, one, &address)).collect();
    body.push(&Markup::html(format!(
        "<form method=\"post\" action=\"{}\"><label>Write <input name=\"text\" required maxlength=\"4096\" \
         placeholder=\"/status\"></label> <button>Send</button></form>",
        Markup::text(&address)
    )));
    let frame = Frame::new(format!("Chat {chat}"), Tab::Telegram).below(page(&["telegram"]), "Telegram");
    Ok(visit.show(&frame, &section("chat", &Markup::text("Chat"), &body)))
}

/// `POST /_local/page/telegram/{bot}/{chat}`: the person writes, or presses a button.
pub(super) async fn act(
    visit: Visit,
    Path((bot, chat)): Path<(i64, i64)>,
    Form(form): Form<ChatForm>,
) -> Result<Redirect, PageError> {
    let action = UserAction {
        chat_id: chat,
        text: form.text.filter(|text| !text.trim().is_empty()),
        callback_data: form.data,
        language: None,
        first_name: None,
    };
    let telegram = &visit.running.stack.telegram;
    telegram.user_does(&bot.to_string(), &action).map_err(ControlError::from)?;
    // The bot answers before the page is shown again.
    visit.running.drain().await.map_err(ControlError::from)?;
    Ok(Redirect::to(&page(&["telegram", &bot.to_string(), &chat.to_string()])))
}
