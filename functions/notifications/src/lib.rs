//! Telegram links, and what the bots hear.

mod bots;
mod create_telegram_link;
mod delete_telegram_link;
mod receive_telegram_update;

use cloud::{Ctx, Function};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{Api, Needs};

/// The routes of this group.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(create_telegram_link::create_telegram_link, delete_telegram_link::delete_telegram_link))
        .routes(routes!(receive_telegram_update::receive_telegram_update))
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, routes())
}

/// Linking and unlinking one's own chat.
#[derive(Clone, Copy, Debug)]
pub struct TelegramWrite;

impl Needs for TelegramWrite {
    const PERMISSION: &'static str = "telegram:write";
}
