//! The people of the journey.

use serde_json::{Value, json};

use super::{
    JourneyError,
    caller::{Call, Caller, text},
};

/// Who was met on the journey and can sign in afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acquaintance {
    /// What they are to the tenant.
    pub role: String,
    /// The slug of their tenant.
    pub tenant: String,
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
}

impl Acquaintance {
    pub(super) fn of(role: &str, person: &Person) -> Self {
        let Person { email, password, tenant } = person;
        Self { role: role.to_owned(), tenant: tenant.clone(), email: email.clone(), password: password.clone() }
    }
}

/// A tenant and its owner.
pub(super) struct Tenant {
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) owner: Person,
}

/// Somebody who can sign in.
pub(super) struct Person {
    pub(super) email: String,
    pub(super) password: String,
    pub(super) tenant: String,
}

/// A customer with a subscription.
pub(super) struct Customer {
    pub(super) person: Person,
    pub(super) subscription: String,
    pub(super) currency: &'static str,
}

impl Person {
    /// Registers somebody with a tenant, who proves their address.
    pub(super) async fn register(caller: &Caller<'_>, tenant: &Tenant, name: &str) -> Result<Self, JourneyError> {
        let email = format!("{name}@example.com");
        let person = Self { email, password: format!("{name}-suka-nasi-goreng"), tenant: tenant.slug.clone() };
        let body = json!({ "email": person.email, "username": name, "password": person.password, "firstName": name });
        let say = |answer: &Value| format!("{} registers", text(answer, "/data/user/email"));
        caller.api(Call::post("/auth/register", body).tenant(&tenant.slug), 201, say).await?;
        person.verify(caller).await?;
        Ok(person)
    }

    /// Signs in for a fresh access token: tokens live a quarter of an hour of the test clock.
    pub(super) async fn sign_in(&self, caller: &Caller<'_>) -> Result<String, JourneyError> {
        let body = json!({ "email": self.email, "password": self.password });
        let who = self.email.clone();
        let say = |_: &Value| format!("{who} signs in");
        let answer = caller.api(Call::post("/auth/login", body).tenant(&self.tenant), 200, say).await?;
        Ok(text(&answer, "/data/accessToken"))
    }

    /// Proves the address with the link from the mailbox.
    pub(super) async fn verify(&self, caller: &Caller<'_>) -> Result<(), JourneyError> {
        let token = self.link_token(caller).await?;
        let call = Call::post("/auth/verify-email", json!({ "token": token })).tenant(&self.tenant);
        caller.api(call, 200, |_| "the address is proven with the link from the mailbox".to_owned()).await?;
        Ok(())
    }

    /// The token of the newest link that was mailed.
    async fn link_token(&self, caller: &Caller<'_>) -> Result<String, JourneyError> {
        caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;
        let path = format!("/messages?channel=email&to={}", self.email);
        let inbox = caller.control(Call::get(&path), |_| String::new()).await?;
        let messages = inbox["messages"].as_array().cloned().unwrap_or_default();
        let newest = messages.iter().rev().find_map(|message| token_in(&text(message, "/text")));
        newest.ok_or_else(|| JourneyError::Untrue(format!("no link was mailed to {}: {inbox}", self.email)))
    }
}

/// What stands behind `token=` in a text.
fn token_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("token=")?;
    let token: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect();
    (!token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::token_in;

    #[test]
    fn a_link_ends_where_its_token_does() {
        assert_eq!(token_in("https://x/v#tenant=toko&token=aB-_9\nBye").as_deref(), Some("aB-_9"));
        assert_eq!(token_in("no link"), None);
        assert_eq!(token_in("token="), None);
    }
}
