//! Whatever happened to a tenant, its events alone tell what it is, at every moment of its life.

use events::{
    Event, Meta, Payload,
    tenant::{
        CancelledBy, FollowedBill, ImportSettings, SettingsSection, SuspensionCause, TenantActivated, TenantConverted,
        TenantSettingsChanged, TenantTrialEnding, TenantTrialStarted,
    },
};
use jiff::SignedDuration;
use kernel::{Country, Currency, EventId, RequestId, Slug, SubscriptionId, TenantId, Timestamp, UserId, Zone};
use proptest::prelude::*;

use crate::{Cancellation, NewTenant, SecurityPolicy, Tenant};

/// Something that somebody tries with a tenant.
#[derive(Clone, Debug)]
enum Deed {
    Convert,
    Suspend(String),
    Activate(Option<String>),
    Unpaid(u64),
    Paid(u64),
    Cancel(String),
    Rename(String),
    Move(&'static str),
    Secure(u16),
    Import,
    Remind,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let words = "[a-zA-Z][a-zA-Z ]{1,20}[a-z]";
    let deed = prop_oneof![
        2 => Just(Deed::Convert),
        2 => words.prop_map(Deed::Suspend),
        3 => proptest::option::of(words).prop_map(Deed::Activate),
        2 => (1..9_u64).prop_map(Deed::Unpaid),
        2 => (1..9_u64).prop_map(Deed::Paid),
        1 => words.prop_map(Deed::Cancel),
        2 => words.prop_map(Deed::Rename),
        2 => prop_oneof![Just("UTC"), Just("Asia/Makassar")].prop_map(Deed::Move),
        2 => (8..64_u16).prop_map(Deed::Secure),
        1 => Just(Deed::Import),
        1 => Just(Deed::Remind),
    ];
    proptest::collection::vec(deed, 0..24)
}

/// A tenant and all that was told of it.
struct Life {
    tenant: Tenant,
    now: Timestamp,
    told: Vec<Event>,
    /// The tenant after each moment.
    states: Vec<(Timestamp, Tenant)>,
}

impl Life {
    fn begin() -> Self {
        let now: Timestamp = "2026-11-21T01:00:00Z".parse().unwrap();
        let new = NewTenant {
            id: "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            name: "Toko Budi".parse().unwrap(),
            slug: "toko-budi".parse::<Slug>().unwrap(),
            owner: "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse::<UserId>().unwrap(),
            country: Country::ID,
            currency: Currency::IDR,
            timezone: "Asia/Jakarta".parse::<Zone>().unwrap(),
        };
        let tenant = Tenant::sign_up(new, now);
        let created = tenant.created("STARTER".to_owned(), subscription());
        let trial = TenantTrialStarted { tenant_id: tenant.id, trial_ends_at: tenant.trial_ends_at.unwrap() };
        let mut life = Self { tenant, now, told: Vec::new(), states: Vec::new() };
        life.tell(&created);
        life.tell(&trial);
        life.states.push((now, life.tenant.clone()));
        life
    }

    fn tell<P: Payload>(&mut self, payload: &P) {
        let meta = Meta {
            id: "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse::<EventId>().unwrap(),
            tenant_id: self.tenant.id,
            occurred_at: self.now,
            request_id: "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse::<RequestId>().unwrap(),
            given_request_id: None,
            subject_version: self.tenant.version,
        };
        self.told.push(events::record(&meta, payload).unwrap());
    }

    /// Does it, if the tenant allows it, and tells of it as the functions do.
    fn take(&mut self, deed: Deed) {
        self.now = self.now.plus(SignedDuration::from_hours(7));
        let (before, id) = (self.tenant.clone(), self.tenant.id);
        match deed {
            Deed::Convert => {
                if self.becomes(before.converted().ok()) {
                    let (subscription_id, plan_key, billed_from) = (None, None, None);
                    self.tell(&TenantConverted { tenant_id: id, subscription_id, plan_key, billed_from });
                }
            }
            Deed::Suspend(reason) => {
                if self.becomes(before.suspended(SuspensionCause::Operator, Some(reason), self.now).ok()) {
                    self.tell(&self.tenant.told_suspended().unwrap());
                }
            }
            Deed::Activate(reason) => {
                if self.becomes(before.clone().activated().ok()) {
                    match before.told_reactivated(reason.clone()) {
                        Some(told) => self.tell(&told),
                        None => self.tell(&activated(id, reason)),
                    }
                }
            }
            Deed::Unpaid(version) => {
                let stopped = before.unpaid(bill(version), self.now);
                if self.becomes(stopped) {
                    self.tell(&self.tenant.told_suspended().unwrap());
                }
            }
            Deed::Paid(version) => {
                if self.becomes(before.paid_up(bill(version))) {
                    self.tell(&self.tenant.told_paid_up());
                }
            }
            Deed::Cancel(reason) => {
                let cancellation = Cancellation { by: CancelledBy::Tenant, reason, at: self.now };
                if self.becomes(before.cancelled(cancellation).ok()) {
                    self.tell(&self.tenant.told_cancelled().unwrap());
                }
            }
            Deed::Rename(name) => self.update(before.updated(Some(name.parse().unwrap()), None)),
            Deed::Move(zone) => self.update(before.updated(None, Some(zone.parse().unwrap()))),
            Deed::Secure(password_min_length) => {
                let security = SecurityPolicy { password_min_length, ..before.security.clone() };
                self.becomes(Some(before.secured(security)));
                let after = SettingsSection::Security((&self.tenant.security).into());
                self.tell(&TenantSettingsChanged { tenant_id: id, settings: vec!["x".to_owned()], after });
            }
            Deed::Import => {
                let until = self.now.plus(SignedDuration::from_hours(24));
                let version = before.version + 1;
                self.becomes(Some(Tenant { legacy_passwords_until: Some(until), version, ..before }));
                let after = SettingsSection::Imports(ImportSettings { legacy_passwords_until: until });
                self.tell(&TenantSettingsChanged { tenant_id: id, settings: vec!["x".to_owned()], after });
            }
            Deed::Remind => self.tell(&TenantTrialEnding { tenant_id: id, trial_ends_at: self.now }),
        }
        self.states.push((self.now, self.tenant.clone()));
    }

    fn update(&mut self, updated: Option<(Tenant, Vec<String>)>) {
        if let Some((after, changed)) = updated {
            self.becomes(Some(after));
            self.tell(&self.tenant.told_updated(changed));
        }
    }

    fn becomes(&mut self, after: Option<Tenant>) -> bool {
        let changes = after.is_some();
        if let Some(after) = after {
            assert_eq!(after.version, self.tenant.version + 1);
            self.tenant = after;
        }
        changes
    }
}

fn subscription() -> SubscriptionId {
    "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
}

fn bill(subscription_version: u64) -> FollowedBill {
    FollowedBill { subscription_id: subscription(), subscription_version }
}

fn activated(tenant_id: TenantId, reason: Option<String>) -> TenantActivated {
    TenantActivated { tenant_id, reason, subscription_id: None, plan_key: None, billed_from: None }
}

proptest! {
    #[test]
    fn what_is_told_of_a_tenant_is_all_that_it_is_at_every_moment(
        deeds in deeds(),
        seed in any::<u64>(),
    ) {
        let mut life = Life::begin();
        for deed in deeds {
            life.take(deed);
        }
        // A bus keeps no order.
        let mut told = life.told.clone();
        let count = u64::try_from(told.len()).unwrap();
        told.rotate_left(usize::try_from(seed % count).unwrap());
        if seed % 2 == 0 {
            told.reverse();
        }
        for (instant, tenant) in &life.states {
            let then = Tenant::at(None, &told, *instant).unwrap();
            prop_assert_eq!(then.as_ref(), Some(tenant));
        }
        // As it is stored.
        let stored: Tenant = serde_json::from_value(serde_json::to_value(&life.tenant).unwrap()).unwrap();
        prop_assert_eq!(stored, life.tenant);
    }

    #[test]
    fn a_history_without_one_of_its_changes_is_told_as_incomplete(deeds in deeds(), lost in any::<proptest::sample::Index>()) {
        let mut life = Life::begin();
        for deed in deeds {
            life.take(deed);
        }
        let lost = lost.index(life.told.len());
        let mut told = life.told.clone();
        let gone = told.remove(lost);
        let is_last = told.iter().all(|event| event.subject_version < gone.subject_version);
        let is_reminder = ["tenant.trial_ending", "tenant.trial_started"].contains(&gone.name.as_str());
        let found = Tenant::at(None, &told, life.now);
        if is_reminder {
            prop_assert_eq!(found.unwrap(), Some(life.tenant));
        } else if !is_last {
            prop_assert!(found.is_err());
        }
    }
}
