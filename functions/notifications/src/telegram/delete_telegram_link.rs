//! `DELETE /api/v1/telegram/link`: stop writing to the caller's Telegram chat.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, and one
//! transaction when there is a chat.

use axum::extract::State;
use messaging::Contacts;
use serde::Serialize;
use table::{TransactError, Transaction};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::TelegramWrite;

/// Whether a chat is linked.
#[derive(Debug, Serialize, ToSchema)]
pub struct TelegramLinked {
    /// Always false.
    pub linked: bool,
}

/// Unlink a Telegram chat
///
/// The same answer when there was none.
#[utoipa::path(delete, path = "/api/v1/telegram/link", responses((status = 200, body = Envelope<TelegramLinked>), (status = 409, description = "CONFLICT")))]
pub async fn delete_telegram_link(State(api): State<Api>, caller: Caller<TelegramWrite>) -> Result<Reply, Problem> {
    let contacts = Contacts::new(api.table(), caller.scope);
    if let Some(contact) = contacts.telegram_of(caller.user).await? {
        let mut transaction = Transaction::new();
        contacts.unlink(&mut transaction, &contact);
        match api.table().transact(transaction).await {
            Ok(()) => {}
            // Another chat was linked meanwhile.
            Err(TransactError::Cancelled(_)) => return Err(Problem::conflict()),
            Err(TransactError::Table(error)) => return Err(error.into()),
        }
    }
    Reply::ok(&TelegramLinked { linked: false })
}

#[cfg(test)]
mod tests {
    use http::Method;
    use messaging::Contacts;
    use testkit::Stack;

    use crate::telegram::room::Room;

    #[tokio::test]
    async fn the_callers_chat_is_let_go_and_only_theirs() {
        let room = Room::open().await;
        let owner = room.linked(&room.owner, 42).await;
        let other = room.stack.user(owner.scope, "siti@example.com", identity::Role::User).await;
        room.stack.with_full_access(&other).await;
        room.linked(&other, 43).await;
        let contacts = Contacts::new(room.stack.ctx().table(), owner.scope);
        for _ in 0..2 {
            let call = room.client.call(Method::DELETE, "/api/v1/telegram/link");
            let answer = call.bearer(&owner.token).send().await;
            assert_eq!((answer.status.as_u16(), answer.at("/data/linked")), (200, serde_json::json!(false)));
        }
        assert_eq!(contacts.telegram_of(owner.user).await.unwrap(), None);
        assert_eq!(contacts.owner_of(&"default".parse().unwrap(), 42).await.unwrap(), None);
        assert_eq!(contacts.telegram_of(other.user).await.unwrap().unwrap().chat_id, 43);
    }

    #[tokio::test]
    async fn nobody_unlinks_nothing() {
        let stack = Stack::start().await;
        let client = stack.serve(crate::function);
        let answer = client.call(Method::DELETE, "/api/v1/telegram/link").send().await;
        assert_eq!(answer.text("/code"), "UNAUTHENTICATED");
    }
}
