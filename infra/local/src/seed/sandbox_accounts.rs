//! A sandbox account at each provider for every tenant, as its operator would enter them into the secret store.
//!
//! They are a function of the tenant's id: asking twice gives the same account, and a reset cloud needs no record of them.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use crate::{Carriers, Midtrans, Push, Stripe, Telegram, Twilio, fakes::push::ACCOUNT_KEY};

/// Every tenant's merchant number at Midtrans.
const MERCHANT: &str = "G141532850";
/// What every tenant's server key at Midtrans begins with.
const SERVER_KEY: &str = "SB-Mid-server-";
/// What every tenant's secret key at Stripe begins with.
const STRIPE_KEY: &str = "sk_test_";
/// Every tenant's number at Twilio.
const SMS_SENDER: &str = "+15005550006";

/// What a tenant has at the providers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxAccounts {
    tenant: String,
}

impl SandboxAccounts {
    /// Those of a tenant's id.
    pub fn of(tenant: &str) -> Self {
        Self { tenant: tenant.to_owned() }
    }

    /// Whose accounts a secret's name asks for, when it is the name of a tenant's secret.
    pub fn asked_by(secret: &str) -> Option<Self> {
        let (_, rest) = secret.split_once("/tenants/")?;
        let (tenant, provider) = rest.split_once('/')?;
        let known = ["easypost", "fcm", "midtrans", "rajaongkir", "stripe", "telegram", "twilio"].contains(&provider);
        (known && tenant.starts_with("tnt_")).then(|| Self::of(tenant))
    }

    /// Those that authenticate with this key at Midtrans.
    pub fn of_server_key(key: &str) -> Option<Self> {
        key.strip_prefix(SERVER_KEY).filter(|tenant| tenant.starts_with("tnt_")).map(Self::of)
    }

    /// Those that authenticate with this key at Stripe.
    pub fn of_stripe_key(key: &str) -> Option<Self> {
        key.strip_prefix(STRIPE_KEY).filter(|tenant| tenant.starts_with("tnt_")).map(Self::of)
    }

    /// The tenant's id.
    pub fn into_tenant(self) -> String {
        self.tenant
    }

    /// Names (after the prefix of tenants' secrets) and texts of the secrets.
    pub fn secrets(&self) -> [(String, String); 7] {
        let tenant = &self.tenant;
        let midtrans = json!({
            "merchantId": MERCHANT, "serverKey": self.server_key(),
            "clientKey": format!("SB-Mid-client-{tenant}"), "environment": "sandbox",
        });
        let stripe = json!({
            "secretKey": self.stripe_key(), "publishableKey": format!("pk_test_{tenant}"),
            "webhookSecrets": [self.stripe_webhook_secret()],
        });
        let bot = |tier: Tier| {
            let (token, secret) = (self.bot_token(tier), self.webhook_secret());
            (tier.name(), json!({ "token": token, "webhookSecret": secret, "username": tier.username() }))
        };
        let bots: BTreeMap<&str, Value> = Tier::ALL.into_iter().map(bot).collect();
        let telegram = json!({ "bots": bots });
        let twilio = json!({
            "accountSid": self.twilio_account(), "authToken": self.twilio_token(), "from": SMS_SENDER,
        });
        let fcm = json!({
            "type": "service_account", "project_id": self.firebase_project(), "private_key": ACCOUNT_KEY,
            "client_email": self.firebase_account(),
        });
        let easypost = json!({ "apiKey": self.easypost_key(), "webhookSecret": self.easypost_webhook_secret() });
        let rajaongkir = json!({ "apiKey": self.rajaongkir_key() });
        [
            (format!("{tenant}/easypost"), easypost.to_string()),
            (format!("{tenant}/fcm"), fcm.to_string()),
            (format!("{tenant}/midtrans"), midtrans.to_string()),
            (format!("{tenant}/rajaongkir"), rajaongkir.to_string()),
            (format!("{tenant}/stripe"), stripe.to_string()),
            (format!("{tenant}/telegram"), telegram.to_string()),
            (format!("{tenant}/twilio"), twilio.to_string()),
        ]
    }

    /// What the tenant authenticates with at Midtrans.
    pub fn server_key(&self) -> String {
        format!("{SERVER_KEY}{}", self.tenant)
    }

    /// Where Midtrans sends word of the tenant's payments.
    pub fn midtrans_webhook(&self, api: &str) -> String {
        format!("{api}/api/v1/webhooks/midtrans/{}", self.tenant)
    }

    /// What the tenant authenticates with at Stripe.
    pub fn stripe_key(&self) -> String {
        format!("{STRIPE_KEY}{}", self.tenant)
    }

    /// What Stripe signs the tenant's events with.
    pub fn stripe_webhook_secret(&self) -> String {
        format!("whsec_{}", self.tenant)
    }

    /// Where Stripe sends the tenant's events.
    pub fn stripe_webhook(&self, api: &str) -> String {
        format!("{api}/api/v1/webhooks/stripe/{}", self.tenant)
    }

    /// What the control API calls the tenant's first bot.
    pub fn bot_name(&self) -> String {
        self.bot_of(Tier::Default)
    }

    fn bot_of(&self, tier: Tier) -> String {
        format!("{}.{}", self.tenant, tier.name())
    }

    /// `<number>:<secret>`, as Telegram's tokens are.
    fn bot_token(&self, tier: Tier) -> String {
        let number = self.tenant.bytes().fold(1_u64, |number, byte| (number * 31 + u64::from(byte)) % 3_000_000_000);
        format!("{}:AA{}", 3 * number + 1_000_000_000 + tier.place(), self.tenant)
    }

    /// `AC` and 32 hexadecimal digits, as Twilio's accounts are.
    pub fn twilio_account(&self) -> String {
        let fold = |number: u128, byte| number.wrapping_mul(31).wrapping_add(u128::from(byte));
        format!("AC{:032x}", self.tenant.bytes().fold(7, fold))
    }

    /// What the tenant authenticates with at Twilio.
    pub fn twilio_token(&self) -> String {
        format!("twilio-{}", self.tenant)
    }

    /// The tenant's project at Firebase.
    pub fn firebase_project(&self) -> String {
        self.tenant.to_lowercase().replace('_', "-")
    }

    /// Who sends for the project.
    pub fn firebase_account(&self) -> String {
        format!("push@{}.iam.gserviceaccount.com", self.firebase_project())
    }

    /// Opens the project at the fake of Firebase. Twice is as once.
    pub(crate) fn open_push(&self, push: &Push) {
        push.register_account(&self.firebase_account(), &self.firebase_project());
    }

    /// What the tenant authenticates with at EasyPost.
    pub fn easypost_key(&self) -> String {
        format!("EZTK{}", self.tenant)
    }

    /// What EasyPost signs the tenant's events with.
    pub fn easypost_webhook_secret(&self) -> String {
        format!("ezsec-{}", self.tenant)
    }

    /// Where EasyPost sends the tenant's events.
    pub fn easypost_webhook(&self, api: &str) -> String {
        format!("{api}/api/v1/webhooks/shipping/{}/easypost", self.tenant)
    }

    /// What the tenant authenticates with at RajaOngkir.
    pub fn rajaongkir_key(&self) -> String {
        format!("raja-{}", self.tenant)
    }

    /// Opens the accounts at the fakes of carriers, which tell the API at `api` of parcels. Twice is as once.
    pub(crate) fn open_carriers(&self, carriers: &Carriers, api: &str) {
        carriers.register_easypost(&self.easypost_key(), &self.easypost_webhook(api), &self.easypost_webhook_secret());
        carriers.register_rajaongkir(&self.rajaongkir_key());
    }

    /// What Telegram shows us with each update.
    pub fn webhook_secret(&self) -> String {
        format!("whs-{}", self.tenant)
    }

    /// Opens the accounts at the fakes, which send word of payments and updates to the API at `api`. Twice is as once.
    pub(crate) fn open(
        &self,
        midtrans: &Midtrans,
        stripe: &Stripe,
        telegram: &Arc<Telegram>,
        twilio: &Twilio,
        api: &str,
    ) {
        midtrans.register_merchant(&self.server_key(), MERCHANT, &self.midtrans_webhook(api));
        stripe.register_account(&self.stripe_key(), &self.stripe_webhook(api), &self.stripe_webhook_secret());
        for tier in Tier::ALL {
            let webhook = self.telegram_webhook(api, tier);
            let names = (&*self.bot_of(tier), tier.username());
            telegram.connect(names, &self.bot_token(tier), (&webhook, &self.webhook_secret()));
        }
        twilio.register_account(&self.twilio_account(), &self.twilio_token(), SMS_SENDER);
    }

    /// Where Telegram sends what people write to a bot.
    fn telegram_webhook(&self, api: &str, tier: Tier) -> String {
        format!("{api}/api/v1/webhooks/telegram/{}/{}", self.tenant, tier.name())
    }
}

/// Whom a bot of the tenant serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tier {
    Default,
    Premium,
    Enterprise,
}

impl Tier {
    const ALL: [Self; 3] = [Self::Default, Self::Premium, Self::Enterprise];

    const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Premium => "premium",
            Self::Enterprise => "enterprise",
        }
    }

    /// What the bot is called in Telegram.
    const fn username(self) -> &'static str {
        match self {
            Self::Default => "ruko_sandbox_bot",
            Self::Premium => "ruko_sandbox_premium_bot",
            Self::Enterprise => "ruko_sandbox_enterprise_bot",
        }
    }

    const fn place(self) -> u64 {
        match self {
            Self::Default => 0,
            Self::Premium => 1,
            Self::Enterprise => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tenants_own_provider_secrets_ask_for_accounts() {
        let asked = SandboxAccounts::asked_by("ruko/local/tenants/tnt_01/midtrans").unwrap();
        assert_eq!(asked, SandboxAccounts::of("tnt_01"));
        for other in ["PlatformSecret", "ruko/local/tenants/tnt_01/paypal", "ruko/local/tenants/x/midtrans", ""] {
            assert_eq!(SandboxAccounts::asked_by(other), None, "{other}");
        }
        assert_eq!(SandboxAccounts::of_server_key(&asked.server_key()), Some(asked));
        assert_eq!(SandboxAccounts::of_server_key("SB-Mid-server-other"), None);
        let stripe = SandboxAccounts::asked_by("ruko/local/tenants/tnt_01/stripe").unwrap();
        assert_eq!(SandboxAccounts::of_stripe_key(&stripe.stripe_key()), Some(stripe));
        assert_eq!(SandboxAccounts::of_stripe_key("sk_test_other"), None);
        let (one, other) = (SandboxAccounts::of("tnt_01"), SandboxAccounts::of("tnt_02"));
        assert!(one.twilio_account() != other.twilio_account() && one.twilio_account().len() == 34);
        let tokens =
            ["tnt_01", "tnt_02"].map(|tenant| Tier::ALL.map(|tier| SandboxAccounts::of(tenant).bot_token(tier)));
        let numbers: std::collections::BTreeSet<&str> =
            tokens.iter().flatten().map(|token| token.split_once(':').unwrap().0).collect();
        assert_eq!(numbers.len(), 6, "each bot has its number");
    }
}
