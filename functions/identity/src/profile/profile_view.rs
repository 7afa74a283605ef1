//! A user, as they see themselves and as administrators see them.

use identity::{Preferences, Reason, RiskTolerance, Suspension, User, Watchlist};
use kernel::{Currency, Locale, Timestamp, UserId, Zone};
use serde::Serialize;
use utoipa::ToSchema;

use crate::users::user_view::UserView;

/// A user, as they see themselves.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Who.
    #[serde(flatten)]
    pub user: UserView,
    /// Whether logins ask for a second factor.
    #[schema(example = false)]
    pub mfa_enabled: bool,
    /// What the user wants.
    pub preferences: PreferencesView,
    /// The member of staff who acts as the user by this token, for a page to say so; null where the user is there themselves.
    pub impersonated_by: Option<ImpersonatorView>,
}

/// Who acts as a user, and until when.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImpersonatorView {
    /// Who.
    pub user_id: UserId,
    /// When it ends by itself.
    pub ends_at: Timestamp,
}

/// What a user wants of the trading services and of the account. What is null is as the tenant has it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreferencesView {
    /// The language: `id` or `en`.
    pub locale: Option<Locale>,
    /// The IANA zone in which times are shown.
    pub timezone: Option<Zone>,
    /// The currency in which values are shown.
    pub currency: Option<Currency>,
    pub risk_tolerance: Option<RiskTolerance>,
    /// Symbols that the user follows.
    pub watchlist: Watchlist,
}

/// A user, as administrators see them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedUser {
    /// Who.
    #[serde(flatten)]
    pub user: UserView,
    /// Whether logins ask for a second factor.
    #[schema(example = false)]
    pub mfa_enabled: bool,
    /// Since when the user is suspended; null when they are not.
    pub suspended_at: Option<Timestamp>,
    /// Why, if somebody said so.
    pub suspension_reason: Option<Reason>,
    /// When the person's data was taken away; null when it is here.
    pub erased_at: Option<Timestamp>,
}

impl From<&User> for Profile {
    fn from(user: &User) -> Self {
        Self {
            user: UserView::from(user),
            mfa_enabled: user.has_second_factor(),
            preferences: PreferencesView::from(&user.preferences),
            impersonated_by: None,
        }
    }
}

impl From<&Preferences> for PreferencesView {
    fn from(preferences: &Preferences) -> Self {
        let Preferences { locale, timezone, currency, risk_tolerance, watchlist } = preferences.clone();
        Self { locale, timezone, currency, risk_tolerance, watchlist }
    }
}

impl From<&User> for ManagedUser {
    fn from(user: &User) -> Self {
        let (suspended_at, suspension_reason) = match user.suspension.clone() {
            Some(Suspension { at, reason }) => (Some(at), reason),
            None => (None, None),
        };
        Self {
            user: UserView::from(user),
            mfa_enabled: user.has_second_factor(),
            suspended_at,
            suspension_reason,
            erased_at: user.erased_at,
        }
    }
}
