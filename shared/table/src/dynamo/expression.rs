//! Turns typed conditions, changes and ranges into DynamoDB's expression text. Every name is aliased, so that no
//! attribute can collide with a reserved word and no caller's text ever becomes part of an expression.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

use crate::{
    Change, Condition, TableError,
    dynamo::Attributes,
    query::{Index, Range},
};

#[expect(clippy::disallowed_types, reason = "the SDK's builders take HashMap")]
type Names = std::collections::HashMap<String, String>;

/// Names and values that an expression refers to.
#[derive(Default)]
pub(crate) struct Aliases {
    names: Names,
    values: Attributes,
}

impl Aliases {
    fn name(&mut self, name: &str) -> String {
        let alias = format!("#n{}", self.names.len());
        self.names.insert(alias.clone(), name.to_owned());
        alias
    }

    fn value(&mut self, value: &Value) -> Result<String, TableError> {
        let alias = format!(":v{}", self.values.len());
        self.values.insert(alias.clone(), attribute(value)?);
        Ok(alias)
    }

    /// The names, or `None` when there are none (the SDK refuses empty maps).
    pub(crate) fn names(&self) -> Option<Names> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    /// The values, or `None` when there are none.
    pub(crate) fn values(&self) -> Option<Attributes> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

pub(crate) fn attribute(value: &Value) -> Result<AttributeValue, TableError> {
    serde_dynamo::to_attribute_value(value).map_err(|error| TableError::Corrupt(error.to_string()))
}

/// All conditions joined by AND; `None` when there are none.
pub(crate) fn conditions(conditions: &[Condition], aliases: &mut Aliases) -> Result<Option<String>, TableError> {
    if conditions.is_empty() { Ok(None) } else { join(conditions, " AND ", aliases).map(Some) }
}

fn join(conditions: &[Condition], with: &str, aliases: &mut Aliases) -> Result<String, TableError> {
    let parts: Vec<String> = conditions.iter().map(|one| condition(one, aliases)).collect::<Result<_, _>>()?;
    Ok(parts.join(with))
}

fn condition(condition: &Condition, aliases: &mut Aliases) -> Result<String, TableError> {
    Ok(match condition {
        Condition::NotExists => format!("attribute_not_exists({})", aliases.name("PK")),
        Condition::Exists => format!("attribute_exists({})", aliases.name("PK")),
        // Nulls are not stored, so an attribute that should be null is one that is not there.
        Condition::Equals(name, Value::Null) | Condition::Missing(name) => {
            format!("attribute_not_exists({})", aliases.name(name))
        }
        Condition::Lacks(name) => format!("attribute_not_exists({})", aliases.name(name)),
        Condition::Has(name) => format!("attribute_exists({})", aliases.name(name)),
        Condition::Equals(name, value) => format!("{} = {}", aliases.name(name), aliases.value(value)?),
        Condition::VersionIs(version) => {
            format!("{} = {}", aliases.name("version"), aliases.value(&(*version).into())?)
        }
        Condition::AtLeast(name, bound) => format!("{} >= {}", aliases.name(name), aliases.value(&(*bound).into())?),
        Condition::Below(name, bound) => format!("{} < {}", aliases.name(name), aliases.value(&(*bound).into())?),
        Condition::AnyOf(any) => group(any, " OR ", aliases)?,
        Condition::AllOf(all) => group(all, " AND ", aliases)?,
    })
}

/// A group in parentheses; one of a single member has none of its own, as DynamoDB refuses doubled ones.
fn group(members: &[Condition], with: &str, aliases: &mut Aliases) -> Result<String, TableError> {
    match members {
        [] => Err(TableError::Refused("a group of no conditions".to_owned())),
        [only] => condition(only, aliases),
        several => Ok(format!("({})", join(several, with, aliases)?)),
    }
}

/// The update expression of changes, grouped by clause.
pub(crate) fn update(changes: &[Change], aliases: &mut Aliases) -> Result<String, TableError> {
    let (mut set, mut add, mut remove) = (Vec::new(), Vec::new(), Vec::new());
    for change in changes {
        match change {
            // Nulls are not stored: without a value the attribute goes, or stays away.
            Change::Remove(name) | Change::Set(name, Value::Null) => remove.push(aliases.name(name)),
            Change::SetIfMissing(_, Value::Null) => {}
            Change::Set(name, value) => set.push(format!("{} = {}", aliases.name(name), aliases.value(value)?)),
            Change::SetIfMissing(name, value) => {
                let name = aliases.name(name);
                set.push(format!("{name} = if_not_exists({name}, {})", aliases.value(value)?));
            }
            Change::Add(name, amount) => {
                add.push(format!("{} {}", aliases.name(name), aliases.value(&(*amount).into())?));
            }
        }
    }
    if set.is_empty() && add.is_empty() && remove.is_empty() {
        return Err(TableError::Refused("an update without changes".to_owned()));
    }
    let clause = |word: &str, parts: Vec<String>| (!parts.is_empty()).then(|| format!("{word} {}", parts.join(", ")));
    let clauses = [clause("SET", set), clause("ADD", add), clause("REMOVE", remove)];
    Ok(clauses.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// The key condition of a query.
pub(crate) fn key_condition(
    index: Index,
    partition: &str,
    range: &Range,
    aliases: &mut Aliases,
) -> Result<String, TableError> {
    let (pk, sk) = index.attributes();
    let first = format!("{} = {}", aliases.name(pk), aliases.value(&partition.into())?);
    let second = match range {
        Range::All => return Ok(first),
        // Every text begins with nothing, but the store refuses empty texts.
        Range::BeginsWith(prefix) if prefix.is_empty() => return Ok(first),
        Range::BeginsWith(prefix) => {
            format!("begins_with({}, {})", aliases.name(sk), aliases.value(&prefix.as_str().into())?)
        }
        Range::AtMost(sort) => format!("{} <= {}", aliases.name(sk), aliases.value(&sort.as_str().into())?),
        Range::Between(from, to) => format!(
            "{} BETWEEN {} AND {}",
            aliases.name(sk),
            aliases.value(&from.as_str().into())?,
            aliases.value(&to.as_str().into())?
        ),
    };
    Ok(format!("{first} AND {second}"))
}
