//! Deletes rows: each with what it alone leads to, and that first, so that a turn that dies in between finds it again.

use std::collections::BTreeSet;

use ai_budget::AiRows;
use cloud::Ctx;
use identity::AddressIndex;
use kernel::{Email, TenantId};
use serde_json::Value;
use table::{Item, Key, Query, TableError, TenantScope, TransactError, Transaction, Write, pages};
use tenancy::{Blind, CustomDomains, DomainName, Erasure, TenantErasure, WalkPurpose, Walker, below, kind_of};

use crate::{PrivacyError, erase::Turn, export::span, gather::key_of};

/// After how many queries a turn ends.
const QUERIES: u32 = 1_000;
/// After how many rows a turn ends: some minutes.
const ROWS: u64 = 5_000;
/// How many are deleted at once (a limit of DynamoDB).
const AT_ONCE: usize = 100;

/// Deletes some rows more.
pub(crate) async fn delete_rows(ctx: &Ctx, erasure: &TenantErasure) -> Result<Turn, PrivacyError> {
    let scope = TenantScope::new(erasure.tenant);
    // The rows that name them are about to go.
    for key in AiRows::new(ctx.table(), scope).keys().await? {
        ctx.delete_ai_key(erasure.tenant, key.id).await?;
    }
    let walk = (WalkPurpose::Erasure, span(ctx, erasure.signed_up_at));
    let mut walker = Walker::new(ctx.table(), scope, walk, erasure.position.clone().unwrap_or_default());
    let (mut queries, mut deleted) = (0, 0);
    while queries < QUERIES && deleted < ROWS {
        let Some(rows) = walker.next().await? else { return Ok(Turn::Done(deleted)) };
        queries += 1;
        let (mut first, mut then) = (BTreeSet::new(), BTreeSet::new());
        for row in rows {
            let key = key_of(&row)?;
            let kind = kind_of(&key).ok_or_else(|| PrivacyError::UnknownRow(key.pk().to_owned()))?;
            if kind.erased == Erasure::Last {
                continue;
            }
            if kind.row == "DOMAINS / DOMAIN#{domain}" {
                release_domain(ctx, scope, &row).await?;
            }
            for (rest, sort) in below(kind.row, &row, |blind, text| hidden(ctx, erasure.tenant, blind, text)) {
                match sort {
                    Some(sort) => drop(first.insert(scope.key(rest, sort))),
                    None => first.extend(partition(ctx, scope, &rest).await?),
                }
            }
            then.insert(key);
        }
        deleted += delete_all(ctx, first).await? + delete_all(ctx, then).await?;
    }
    Ok(Turn::Walked(walker.position().clone(), deleted))
}

/// Deletes the rows with these keys, whether they are there or not; how many.
pub(crate) async fn delete_all(ctx: &Ctx, keys: BTreeSet<Key>) -> Result<u64, PrivacyError> {
    let keys: Vec<Key> = keys.into_iter().collect();
    let mut deleted = 0;
    for some in keys.chunks(AT_ONCE) {
        let mut transaction = Transaction::new();
        for key in some {
            transaction.add(Write::delete(key.clone()));
            deleted += 1;
        }
        match ctx.table().transact(transaction).await {
            Ok(()) => {}
            Err(TransactError::Table(error)) => return Err(error.into()),
            Err(TransactError::Cancelled(cancelled)) => {
                return Err(TableError::Unavailable(cancelled.to_string()).into());
            }
        }
    }
    Ok(deleted)
}

/// The keys of a partition. One query for each megabyte.
async fn partition(ctx: &Ctx, scope: TenantScope, rest: &str) -> Result<Vec<Key>, PrivacyError> {
    let mut walk = pages::Walk::new(ctx.table(), Query::partition(scope.partition(rest)));
    let mut keys = Vec::new();
    while let Some(rows) = walk.next().await? {
        for row in rows {
            keys.push(key_of(&row)?);
        }
    }
    Ok(keys)
}

/// Gives a domain free, unless another tenant has proven that it is theirs.
async fn release_domain(ctx: &Ctx, scope: TenantScope, row: &Item) -> Result<(), PrivacyError> {
    let domain = row.get("domain").and_then(Value::as_str).and_then(|domain| domain.parse::<DomainName>().ok());
    let domain = domain.ok_or_else(|| TableError::Corrupt("a domain that is none".to_owned()))?;
    if CustomDomains::find_owner(ctx.table(), &domain).await? != Some(scope.tenant()) {
        return Ok(());
    }
    let mut transaction = Transaction::new();
    CustomDomains::new(ctx.table(), scope).release(&mut transaction, &domain);
    match ctx.table().transact(transaction).await {
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

fn hidden(ctx: &Ctx, tenant: TenantId, blind: Blind, text: &str) -> Option<String> {
    match blind {
        Blind::Address => {
            let index = AddressIndex::new(&ctx.ports().keys.derive(AddressIndex::LABEL));
            Some(index.of(tenant, &text.parse::<Email>().ok()?))
        }
        Blind::Username => Some(identity::username_hash(text)),
        Blind::Transaction => Some(payments::transaction_hash(text)),
    }
}
