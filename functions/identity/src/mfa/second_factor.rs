//! The second factor of a login, and of what only somebody who has it may do.
//!
//! A try is counted before its code is looked at. What a right code uses up, its time step or the recovery code, goes
//! into the transaction of what it opens: of two that come at once with one code, one gets in.

use http::header;
use identity::{
    CodeOwner, MfaCode, MfaError, MfaGuard, RECOVERY_CODES, SecondFactorKeys, Totp, User, Users, recovery_codes,
};
use kernel::{Secret, UserId};
use table::{Cancelled, Race, Slot, TableError, Transaction, WriteError, until_settled};
use web::{Api, Problem};

/// What a user showed beside the password.
#[derive(Clone, Debug)]
pub(crate) enum Shown {
    /// Nothing: no factor is set up.
    Nothing,
    /// The code of a time step.
    Step(u64),
    /// A recovery code, by its hash.
    Recovery(String),
}

/// The writes of a transaction that fail when a code was used in between.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spent {
    step: Option<Slot>,
    recovery: Option<(Slot, String)>,
}

/// The keys of second factors.
pub(crate) fn keys(api: &Api) -> SecondFactorKeys {
    let keys = &api.ports().keys;
    SecondFactorKeys::new(keys.derive("totp secrets 1"), keys.hmac("recovery codes 1"))
}

/// What a login shows, now that the password was right. Round trips: none without a factor or a code, else one read and one
/// write.
///
/// # Errors
/// `MFA_REQUIRED`, `INVALID_MFA_CODE`, 429.
pub(crate) async fn demand(
    api: &Api,
    users: &Users<'_>,
    user: &User,
    code: Option<&Secret<String>>,
) -> Result<Shown, Problem> {
    let Ok(totp) = user.second_factor() else { return Ok(Shown::Nothing) };
    let Some(code) = code else { return Err(MfaError::Required.into()) };
    check(api, users, user, totp, code).await
}

/// Checks a code against a factor of a user. One read and one write.
///
/// # Errors
/// `INVALID_MFA_CODE`, 429.
pub(crate) async fn check(
    api: &Api,
    users: &Users<'_>,
    user: &User,
    totp: &Totp,
    code: &Secret<String>,
) -> Result<Shown, Problem> {
    let code = MfaCode::parse(code)?;
    let guard = count_try(api, users, user.id).await?;
    let (keys, owner) = (keys(api), owner(users, user.id));
    let shown = match code {
        MfaCode::Timed(code) => {
            let step = keys.step_of(owner, totp, &code, api.now())?;
            step.filter(|step| *step > guard.last_step).map(Shown::Step)
        }
        MfaCode::Recovery(code) => {
            let hash = keys.recovery_hash(owner, &code);
            totp.recovery.contains(&hash).then_some(Shown::Recovery(hash))
        }
    };
    Ok(shown.ok_or(MfaError::InvalidCode)?)
}

async fn count_try(api: &Api, users: &Users<'_>, user: UserId) -> Result<MfaGuard, Problem> {
    until_settled(Problem::too_many_at_once, || async {
        let guard = users.mfa_tries(user).await?;
        let next = guard.count(api.now()).map_err(refused)?;
        match table::write_alone(api.table(), |tx| users.save_mfa_tries(tx, user, &next, api.now())).await {
            Ok(_) => Ok(Race::Settled(guard)),
            Err(WriteError::ConditionFailed { .. }) => Ok(Race::Lost),
            Err(WriteError::Table(error)) => Err(error.into()),
        }
    })
    .await
}

fn refused(error: MfaError) -> Problem {
    match error {
        MfaError::TooManyTries { retry_after_seconds } => {
            Problem::from(error).with_header(header::RETRY_AFTER, retry_after_seconds)
        }
        MfaError::Required
        | MfaError::InvalidCode
        | MfaError::AlreadyEnabled
        | MfaError::NotEnabled
        | MfaError::Demanded
        | MfaError::Unreadable => error.into(),
    }
}

/// Whose factor a user's is.
pub(crate) const fn owner(users: &Users<'_>, user: UserId) -> CodeOwner {
    CodeOwner { tenant: users.tenant(), user }
}

/// New recovery codes, and what is kept of them.
pub(crate) fn new_recovery_codes(api: &Api, owner: CodeOwner) -> (Vec<String>, Vec<String>) {
    let random: [_; RECOVERY_CODES] = std::array::from_fn(|_| api.random());
    let (codes, keys) = (recovery_codes(&random), keys(api));
    let hashes = codes.iter().map(|code| keys.recovery_hash(owner, &Secret::new(code.clone()))).collect();
    (codes, hashes)
}

impl Shown {
    /// Whether a second factor was shown.
    pub(crate) const fn is_factor(&self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Step(_) | Self::Recovery(_) => true,
        }
    }

    /// Whether using it up replaces the user's row.
    pub(crate) const fn changes_user(&self) -> bool {
        match self {
            Self::Nothing | Self::Step(_) => false,
            Self::Recovery(_) => true,
        }
    }

    /// Adds what the code uses up, in a transaction that writes the user's row for no other reason.
    ///
    /// # Errors
    /// Those of the table; the recovery code is not one of this version of the user.
    pub(crate) fn spend(self, transaction: &mut Transaction, users: &Users<'_>, user: &User) -> Result<Spent, Problem> {
        let spent = self.spend_try(transaction, users, user.id);
        let Self::Recovery(hash) = self else { return Ok(spent) };
        let without = user.clone().without_recovery_code(&hash)?;
        let slot = users.save(transaction, &without)?;
        Ok(Spent { recovery: Some((slot, hash)), ..spent })
    }

    /// Adds what the code uses up of the tries, in a transaction that replaces the user's factor itself.
    pub(crate) fn spend_try(&self, transaction: &mut Transaction, users: &Users<'_>, user: UserId) -> Spent {
        let step = match self {
            Self::Nothing => None,
            Self::Step(step) => Some(users.take_mfa_step(transaction, user, *step)),
            Self::Recovery(_) => {
                users.forget_mfa_tries(transaction, user);
                None
            }
        };
        Spent { step, recovery: None }
    }
}

impl Spent {
    /// Why a transaction with these writes did not happen: the code was used in between, or something else changed.
    pub(crate) fn refusal(&self, cancelled: &Cancelled) -> Problem {
        let step_taken = self.step.is_some_and(|step| cancelled.failed(step).is_some());
        let recovery_used = self.recovery.as_ref().is_some_and(|(slot, hash)| {
            cancelled.failed(*slot).is_some_and(|failed| !still_has(failed.current.clone(), hash).unwrap_or(true))
        });
        if step_taken || recovery_used { MfaError::InvalidCode.into() } else { Problem::conflict() }
    }
}

fn still_has(row: Option<table::Item>, hash: &str) -> Result<bool, TableError> {
    let user = row.map(Users::read).transpose()?;
    let left = user.and_then(|user| user.totp).map(|totp| totp.recovery).unwrap_or_default();
    Ok(left.iter().any(|left| left == hash))
}
