//! Which sets of rules a tenant keeps, and what they ask of its security settings.

use events::tenant::ComplianceSettings;
use jiff::ToSpan;
use kernel::{Timestamp, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{MfaPolicy, SecurityPolicy};

/// Which sets of rules a tenant keeps. Each has its effects, and promises nothing beyond them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Compliance {
    /// Data is kept sparingly (GDPR, article 5(1)(c)): the audit trail keeps of the addresses that calls come from only their
    /// network, and nobody finds out by registering who has an account.
    #[schema(example = false)]
    pub gdpr: bool,
    /// As for health data (45 CFR 164.312): members show a second factor, sessions rest for 15 minutes at most, and tables for
    /// spreadsheets, which leave what is guarded here, say of people nothing but their ids.
    #[schema(example = false)]
    pub hipaa: bool,
    /// Access is evidenced (AICPA CC6.1 and CC7.2): members show a second factor, and reading customers and users
    /// leaves an entry in the audit trail.
    #[schema(example = false)]
    pub soc2: bool,
    /// With `gdpr` (article 5(1)(e)): for how many days the audit trail and the history of the tenant's own life are kept; with `soc2`
    /// for a year at least. Left out, the trail is kept for 400 days and the history as long as the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 30, maximum = 400, example = 90)]
    pub retention_days: Option<u16>,
}

/// The fewest and the most days that may be chosen: less would hide what somebody did from whoever looks once a month.
const RETENTION_DAYS: std::ops::RangeInclusive<u16> = 30..=400;
/// For how many days evidence is kept at least: an audit looks at a year.
const EVIDENCE_DAYS: u16 = 365;

/// How long a session may rest, and an access token works, where health data is seen: 15 minutes.
const HIPAA_SECONDS: u32 = 15 * 60;

impl Compliance {
    /// Whether no rules were chosen.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong with the days that were chosen; `None` when nothing is.
    pub fn wrong_retention(self) -> Option<&'static str> {
        match self.retention_days? {
            _ if !self.gdpr => Some("this is one of the rules of gdpr: switch that on too, or leave it out"),
            days if !RETENTION_DAYS.contains(&days) => Some("use 30 to 400 days"),
            days if self.soc2 && days < EVIDENCE_DAYS => {
                Some("soc2 keeps evidence for a year: use 365 days or more, or switch it off")
            }
            _ => None,
        }
    }

    /// The first instant of which the audit trail and the history are kept: the beginning of a day in UTC; `None` where no days were
    /// chosen.
    pub fn kept_from(self, now: Timestamp) -> Option<Timestamp> {
        let days = self.retention_days.filter(|_| self.gdpr)?;
        let first = now.date_in(&Zone::utc()).saturating_sub(i64::from(days).days());
        Zone::utc().start_of(first).ok()
    }

    /// Whether reading people's data leaves an entry in the audit trail.
    pub const fn records_reads(self) -> bool {
        self.soc2
    }

    /// Whether tables for spreadsheets mask what says who somebody is.
    pub const fn masks_tables(self) -> bool {
        self.hipaa
    }

    /// Whether the audit trail keeps only the networks that calls come from.
    pub const fn shortens_addresses(self) -> bool {
        self.gdpr
    }
}

/// The security settings in force: those that a tenant chose, made stricter where the rules that it keeps ask for more.
pub fn effective_security(chosen: &SecurityPolicy, rules: Compliance) -> SecurityPolicy {
    let mut policy = chosen.clone();
    if (rules.hipaa || rules.soc2) && policy.mfa == MfaPolicy::Optional {
        policy.mfa = MfaPolicy::Members;
    }
    if rules.hipaa {
        policy.session_idle_seconds = policy.session_idle_seconds.min(HIPAA_SECONDS);
        policy.access_token_seconds = policy.access_token_seconds.min(HIPAA_SECONDS);
    }
    policy.hide_account_existence |= rules.gdpr;
    policy
}

impl From<Compliance> for ComplianceSettings {
    fn from(Compliance { gdpr, hipaa, soc2, retention_days }: Compliance) -> Self {
        Self { gdpr, hipaa, soc2, retention_days }
    }
}

impl From<ComplianceSettings> for Compliance {
    fn from(ComplianceSettings { gdpr, hipaa, soc2, retention_days }: ComplianceSettings) -> Self {
        Self { gdpr, hipaa, soc2, retention_days }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Compliance = Compliance { gdpr: false, hipaa: false, soc2: false, retention_days: None };

    #[test]
    fn rules_make_the_policy_stricter_and_never_laxer() {
        let usual = SecurityPolicy::default();
        assert_eq!(effective_security(&usual, NONE), usual);
        let hipaa = effective_security(&usual, Compliance { hipaa: true, ..NONE });
        let expected = SecurityPolicy { mfa: MfaPolicy::Members, session_idle_seconds: 900, ..usual.clone() };
        assert_eq!(hipaa, expected);
        let soc2 = effective_security(&usual, Compliance { soc2: true, ..NONE });
        assert_eq!(soc2, SecurityPolicy { mfa: MfaPolicy::Members, ..usual.clone() });
        let gdpr = effective_security(&usual, Compliance { gdpr: true, ..NONE });
        assert_eq!(gdpr, SecurityPolicy { hide_account_existence: true, ..usual.clone() });

        let strict = SecurityPolicy { mfa: MfaPolicy::Everyone, access_token_seconds: 300, ..hipaa };
        let all = Compliance { gdpr: true, hipaa: true, soc2: true, ..NONE };
        let hidden = SecurityPolicy { hide_account_existence: true, ..strict.clone() };
        assert_eq!(effective_security(&strict, all), hidden);
    }

    #[test]
    fn days_are_a_rule_of_gdpr_and_soc2_keeps_a_year() {
        let chosen = |gdpr, soc2, days| Compliance { gdpr, soc2, retention_days: Some(days), ..NONE };
        for right in [chosen(true, false, 30), chosen(true, false, 400), chosen(true, true, 365), NONE] {
            assert_eq!(right.wrong_retention(), None, "{right:?}");
        }
        for wrong in [
            chosen(false, false, 90),
            chosen(false, true, 400),
            chosen(true, false, 29),
            chosen(true, false, 401),
            chosen(true, true, 364),
        ] {
            assert!(wrong.wrong_retention().is_some(), "{wrong:?}");
        }
        let now = "2026-12-31T23:59:59Z".parse().unwrap();
        assert_eq!(chosen(true, false, 30).kept_from(now), Some("2026-12-01T00:00:00Z".parse().unwrap()));
        assert_eq!((chosen(false, false, 30).kept_from(now), NONE.kept_from(now)), (None, None));
    }

    #[test]
    fn a_policy_in_force_can_be_kept_whatever_was_chosen() {
        let long =
            SecurityPolicy { access_token_seconds: 86_400, session_max_seconds: 90_000, ..SecurityPolicy::default() };
        let long = SecurityPolicy { session_idle_seconds: 90_000, ..long };
        let all = Compliance { gdpr: true, hipaa: true, soc2: true, ..NONE };
        assert!(long.violations().is_empty());
        assert_eq!(effective_security(&long, all).violations(), []);
    }

    #[test]
    fn what_an_event_tells_of_rules_is_those_rules() {
        for bits in 0..8_u8 {
            let retention_days = (bits & 1 > 0).then_some(365);
            let rules = Compliance { gdpr: bits & 1 > 0, hipaa: bits & 2 > 0, soc2: bits & 4 > 0, retention_days };
            assert_eq!(Compliance::from(ComplianceSettings::from(rules)), rules);
        }
    }
}
