//! A walk over all rows of a tenant that can stop behind any query and go on from there, in another process.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use table::{Item, OperatorScope, Query, Table, TableError, TenantScope};

pub use crate::privacy::sources::WalkPurpose;
use crate::privacy::sources::{Parents, RowSource, SourcePart, SourcePlace, Span};

/// What a tenant is billed is in the books of the platform.
const BOOKS: OperatorScope = OperatorScope::assume("a tenant takes away what the platform billed it");

/// How many rows one query asks for at most.
const ROWS: u16 = 500;
/// How many parents are read ahead.
const PARENTS: u16 = 50;

/// Where a walk is: what has been read is all that comes before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Position {
    source: usize,
    /// Behind which parent, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    parents_after: Option<String>,
    /// Of which parent `part`, `step` and `after` speak.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    part: usize,
    step: u32,
    /// Behind which row, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

/// The walk.
pub struct Walker<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
    span: Span,
    walk: WalkPurpose,
    sources: Vec<RowSource>,
    position: Position,
    /// Parents that were read: their ids, and where each is.
    parents: VecDeque<(String, Item)>,
    /// Whether there is none behind those.
    all_parents: bool,
}

impl<'a> Walker<'a> {
    /// Goes on from a position in the same kind of walk.
    pub fn new(
        table: &'a dyn Table,
        scope: TenantScope,
        (walk, span): (WalkPurpose, Span),
        position: Position,
    ) -> Self {
        let sources = walk.sources();
        Self { table, scope, span, walk, sources, position, parents: VecDeque::new(), all_parents: false }
    }

    /// Whose rows are walked.
    pub const fn scope(&self) -> TenantScope {
        self.scope
    }

    /// Where the walk is.
    pub const fn position(&self) -> &Position {
        &self.position
    }

    /// Some rows more, maybe none; `None` behind the last. One to three queries.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn next(&mut self) -> Result<Option<Vec<Item>>, TableError> {
        while let Some(source) = self.sources.get(self.position.source).copied() {
            let Some((id, place)) = self.parent(source.parents).await? else {
                self.position = Position { source: self.position.source + 1, ..Position::default() };
                self.all_parents = false;
                continue;
            };
            if self.position.parent.as_deref() != Some(id.as_str()) {
                let Position { source, parents_after, .. } = std::mem::take(&mut self.position);
                self.position = Position { source, parents_after, parent: Some(id.clone()), ..Position::default() };
            }
            let Some(part) = source.parts.get(self.position.part) else {
                self.leave(place)?;
                continue;
            };
            let Some(at) = part.place(&id, self.span, self.position.step) else {
                self.position.part += 1;
                (self.position.step, self.position.after) = (0, None);
                continue;
            };
            let mut rows = self.read(part, &at, self.place_of(source)).await?;
            if self.walk == WalkPurpose::Erasure && source.parents != Parents::Tenant {
                rows.retain(|row| !self.leads(row));
            }
            return Ok(Some(rows));
        }
        Ok(None)
    }

    /// The parent that is walked below, and where it is; `None` behind the last.
    async fn parent(&mut self, parents: Parents) -> Result<Option<(String, Option<Item>)>, TableError> {
        let (query, name, before) = match parents {
            Parents::Tenant | Parents::Billed if self.all_parents => return Ok(None),
            Parents::Tenant => return Ok(Some((String::new(), None))),
            Parents::Billed => return Ok(Some((self.scope.tenant().to_string(), None))),
            Parents::Listed(list, name) => (Query::gsi1(self.scope.partition(list)), name, ""),
            Parents::Held(rest, begins, name) => {
                (Query::partition(self.scope.partition(rest)).begins_with(begins), name, "")
            }
            Parents::BilledBy(begins) => {
                let customer = BOOKS.platform().partition(format_args!("CUSTOMER#{}", self.scope.tenant()));
                (Query::partition(customer).begins_with(begins), "SK", begins)
            }
        };
        let query = query.limit(PARENTS);
        while self.parents.is_empty() && !self.all_parents {
            let page = self.table.query(query.clone().after(read(self.position.parents_after.as_ref())?)).await?;
            for row in page.items {
                let id = row.get(name).and_then(Value::as_str).and_then(|id| id.strip_prefix(before));
                let id = id.ok_or_else(|| TableError::Corrupt(format!("a listed row has no {name}")))?;
                self.parents.push_back((id.to_owned(), query.place_of(&row)));
            }
            self.all_parents = page.last.is_none();
            if self.parents.is_empty() {
                self.position.parents_after = page.last.as_ref().map(written).transpose()?;
            }
        }
        Ok(self.parents.front().cloned().map(|(id, place)| (id, Some(place))))
    }

    /// Whether a row is one that others are found below of: deleted before them, it would leave them behind.
    fn leads(&self, row: &Item) -> bool {
        let listed = row.get("GSI1PK").and_then(Value::as_str);
        self.sources.iter().any(|source| match source.parents {
            Parents::Listed(list, _) => listed == Some(self.scope.key(list, "").pk()),
            Parents::Tenant | Parents::Held(..) | Parents::Billed | Parents::BilledBy(_) => false,
        })
    }

    /// All below a parent was read.
    fn leave(&mut self, place: Option<Item>) -> Result<(), TableError> {
        self.parents.pop_front();
        match place {
            Some(place) => self.position.parents_after = Some(written(&place)?),
            None => self.all_parents = true,
        }
        self.position.parent = None;
        Ok(())
    }

    /// In whose partitions the parts of a source are.
    const fn place_of(&self, source: RowSource) -> TenantScope {
        match source.parents {
            Parents::Tenant | Parents::Listed(..) | Parents::Held(..) => self.scope,
            Parents::Billed | Parents::BilledBy(_) => BOOKS.platform(),
        }
    }

    async fn read(&mut self, part: &SourcePart, at: &SourcePlace, scope: TenantScope) -> Result<Vec<Item>, TableError> {
        let partition = scope.partition(&at.rest);
        let query = if at.listed { Query::gsi1(partition) } else { Query::partition(partition) };
        let page = self.table.query(query.limit(ROWS).after(read(self.position.after.as_ref())?)).await?;
        let mut rows = page.items;
        if let SourcePart::Named(_, attribute, below) = part {
            let names = rows.iter().filter_map(|row| row.get(*attribute)?.as_array()).flatten();
            let keys: Vec<String> = names.filter_map(Value::as_str).map(|name| below.replace("{name}", name)).collect();
            for rest in keys {
                rows.extend(self.table.query(Query::partition(scope.partition(rest))).await?.items);
            }
        }
        self.position.after = page.last.as_ref().map(written).transpose()?;
        if self.position.after.is_none() {
            self.position.step += 1;
        }
        Ok(rows)
    }
}

fn written(place: &Item) -> Result<String, TableError> {
    serde_json::to_string(place).map_err(|error| TableError::Corrupt(error.to_string()))
}

fn read(place: Option<&String>) -> Result<Option<Item>, TableError> {
    place.map(|text| serde_json::from_str(text)).transpose().map_err(|error| TableError::Corrupt(error.to_string()))
}
