//! Which sets of rules a tenant keeps, and what they ask of its security settings.

use events::tenant::ComplianceSettings;
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
}

/// How long a session may rest, and an access token works, where health data is seen: 15 minutes.
const HIPAA_SECONDS: u32 = 15 * 60;

impl Compliance {
    /// Whether no rules were chosen.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
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
    fn from(Compliance { gdpr, hipaa, soc2 }: Compliance) -> Self {
        Self { gdpr, hipaa, soc2 }
    }
}

impl From<ComplianceSettings> for Compliance {
    fn from(ComplianceSettings { gdpr, hipaa, soc2 }: ComplianceSettings) -> Self {
        Self { gdpr, hipaa, soc2 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Compliance = Compliance { gdpr: false, hipaa: false, soc2: false };

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
        let all = Compliance { gdpr: true, hipaa: true, soc2: true };
        let hidden = SecurityPolicy { hide_account_existence: true, ..strict.clone() };
        assert_eq!(effective_security(&strict, all), hidden);
    }

    #[test]
    fn a_policy_in_force_can_be_kept_whatever_was_chosen() {
        let long =
            SecurityPolicy { access_token_seconds: 86_400, session_max_seconds: 90_000, ..SecurityPolicy::default() };
        let long = SecurityPolicy { session_idle_seconds: 90_000, ..long };
        let all = Compliance { gdpr: true, hipaa: true, soc2: true };
        assert!(long.violations().is_empty());
        assert_eq!(effective_security(&long, all).violations(), []);
    }

    #[test]
    fn what_an_event_tells_of_rules_is_those_rules() {
        for bits in 0..8_u8 {
            let rules = Compliance { gdpr: bits & 1 > 0, hipaa: bits & 2 > 0, soc2: bits & 4 > 0 };
            assert_eq!(Compliance::from(ComplianceSettings::from(rules)), rules);
        }
    }
}
