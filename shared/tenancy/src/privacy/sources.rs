//! Where the rows of a tenant are found without a scan: partitions of fixed names, lists of the index, and what lies below each
//! row of such a list.

use kernel::Date;

/// From the first to the last day that a tenant can have rows of, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The day before the sign-up, whatever the zone.
    pub first: Date,
    /// The day after now.
    pub last: Date,
}

/// Below which rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parents {
    /// None: the tenant itself.
    Tenant,
    /// Each row of this list of the index, by this attribute.
    Listed(&'static str, &'static str),
    /// Each row of this partition that begins so, by this attribute.
    Held(&'static str, &'static str, &'static str),
    /// The tenant as a customer of the platform, by its id; the parts are in the platform's books.
    Billed,
    /// Each pointer of that customer's that begins so, by the rest of its sort key; the parts are in the platform's books.
    BilledBy(&'static str),
}

/// A part of a source. `{id}` stands for the parent's id, `{month}` for each month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourcePart {
    /// A partition of the table.
    Rows(&'static str),
    /// A list of the index.
    List(&'static str),
    /// A partition for each month.
    Months(&'static str),
    /// A partition for each day.
    Days(&'static str),
    /// A partition whose row has a list of ids (the attribute), and below each of these another partition, whose `{name}` it
    /// is.
    Named(&'static str, &'static str, &'static str),
}

/// Rows, and where they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowSource {
    pub(crate) parents: Parents,
    pub(crate) parts: &'static [SourcePart],
}

use SourcePart::{Days, List, Months, Named, Rows};

/// All sources of rows that an export has.
pub(crate) const SOURCES: &[RowSource] = &[
    RowSource {
        parents: Parents::Tenant,
        parts: &[
            Rows("TENANT"),
            Rows("ROLES"),
            Rows("PLANS"),
            Rows("PLANS#ARCHIVED"),
            Rows("METERS"),
            Rows("COUPONS"),
            Rows("BILLING"),
            Rows("WEBHOOKS"),
            Rows("AIAGENTS"),
            Rows("AISCORES"),
            Rows("NOTIFY#SETTINGS"),
            Rows("NOTIFY#TEXTS"),
            Rows("ANALYTICS"),
            Rows("CALLS#DAY"),
            Rows("CALLS#ROUTE"),
            Rows("CALLS#USER"),
            Rows("EXPORTS"),
            Rows("IMPERSONATIONS"),
            Rows("DOMAINS"),
            Rows("LIMITS"),
            Rows("SALES"),
            Rows("SEARCH"),
            Rows("AI"),
            Rows("SHIPPING"),
            Rows("STOCKLOCS"),
            Rows("CATEGORIES"),
            Rows("ORDERS"),
            Rows("PROMOTIONS"),
            List("FILE"),
            Rows("REVIEWS"),
            List("STOCKRSV"),
            List("USERS"),
            List("KEYS"),
            List("INVITATIONS"),
            List("INVITATIONSENDED"),
            List("CUS"),
            List("BAL"),
            List("SUPPRESSIONS"),
            List("SUB"),
            List("INV"),
            List("CRN"),
            List("REC"),
            List("RUN"),
            List("TPF"),
            List("WDR"),
            List("QUARANTINE"),
            List("DECIDED"),
            List("HISTORY"),
            Months("JOURNAL#{month}"),
            Months("STATS#{month}"),
            Months("NOTIFY#STATS#{month}"),
            Days("AUDIT#{day}"),
            Rows("RECOMMEND"),
            Rows("BEHAVIOUR#0"),
            Rows("BEHAVIOUR#1"),
            Rows("BEHAVIOUR#2"),
            Rows("BEHAVIOUR#3"),
            Rows("BEHAVIOUR#4"),
            Rows("BEHAVIOUR#5"),
            Rows("BEHAVIOUR#6"),
            Rows("BEHAVIOUR#7"),
            Days("AIUSE#{day}"),
        ],
    },
    RowSource {
        parents: Parents::Listed("USERS", "id"),
        parts: &[
            Rows("ACT#{id}"),
            Rows("CONTACT#{id}"),
            Rows("INBOX#{id}"),
            Rows("NOTIFY#USER#{id}"),
            List("SESSIONS#{id}"),
            List("NTFS#USER#{id}"),
        ],
    },
    RowSource {
        parents: Parents::Listed("CUS", "id"),
        parts: &[Rows("CUSTOMER#{id}"), Named("PMT#{id}", "methods", "PMT#{name}"), List("NTFS#CUS#{id}")],
    },
    RowSource { parents: Parents::Listed("SUB", "id"), parts: &[Rows("USAGE#{id}")] },
    RowSource { parents: Parents::Listed("INV", "id"), parts: &[List("NTFS#INV#{id}")] },
    RowSource { parents: Parents::Listed("INVITATIONS", "id"), parts: &[List("NTFS#IVT#{id}")] },
    RowSource { parents: Parents::Listed("INVITATIONSENDED", "id"), parts: &[List("NTFS#IVT#{id}")] },
    RowSource { parents: Parents::Listed("PAY", "id"), parts: &[Rows("PAY#{id}")] },
    RowSource { parents: Parents::Listed("ORD", "id"), parts: &[Rows("ORD#{id}")] },
    RowSource { parents: Parents::Listed("REV", "id"), parts: &[Rows("REV#{id}")] },
    RowSource { parents: Parents::Listed("AIRUN", "id"), parts: &[Rows("AIRUN#{id}")] },
    RowSource { parents: Parents::Listed("SHIPMENT", "id"), parts: &[Rows("SHIPMENT#{id}")] },
    RowSource { parents: Parents::Listed("STOCK", "sku"), parts: &[Rows("STOCK#{id}"), Rows("STOCKMOVES#{id}")] },
    RowSource {
        parents: Parents::Held("SHELF#ALL", "", "productId"),
        parts: &[Rows("PRODUCT#{id}"), Rows("PRICES#{id}")],
    },
    RowSource { parents: Parents::Held("WEBHOOKS", "ENDPOINT#", "id"), parts: &[List("WHD#{id}")] },
    RowSource { parents: Parents::Held("NOTIFY#TEXTS", "KIND#", "key"), parts: &[Rows("NOTIFY#TEXT#{id}")] },
];

/// What an export has besides, of the platform's books: what the tenant subscribed to, was billed and paid.
const BILLED: &[RowSource] = &[
    RowSource {
        parents: Parents::Billed,
        parts: &[
            Rows("BAL#{id}"),
            Named("PMT#{id}", "methods", "PMT#{name}"),
            List("LEDGER#{id}"),
            Rows("CUSTOMER#{id}"),
        ],
    },
    RowSource { parents: Parents::BilledBy("SUB#"), parts: &[Rows("SUB#{id}"), Rows("USAGE#{id}")] },
    RowSource { parents: Parents::BilledBy("INV#"), parts: &[Rows("INV#{id}"), List("NTFS#INV#{id}")] },
    RowSource { parents: Parents::BilledBy("CRN#"), parts: &[Rows("CRN#{id}")] },
    RowSource { parents: Parents::BilledBy("PAY#"), parts: &[Rows("PAY#{id}")] },
];

/// What an erasure deletes besides, that no export has.
const BESIDES: &[RowSource] = &[
    RowSource { parents: Parents::Listed("USERS", "id"), parts: &[List("SESSIONSENDED#{id}")] },
    RowSource { parents: Parents::Listed("STOCK", "sku"), parts: &[Rows("STOCKHOLD#{id}")] },
    RowSource { parents: Parents::Listed("RATED", "productId"), parts: &[Rows("REVIEWS#{id}")] },
    RowSource { parents: Parents::Held("CATEGORIES", "CATEGORY#", "id"), parts: &[Rows("SHELF#{id}")] },
    RowSource {
        parents: Parents::Tenant,
        parts: &[
            Rows("ADMINS"),
            Rows("FILES"),
            Rows("KEYS"),
            Rows("ORDSEQ"),
            Rows("RUNS"),
            Rows("SEARCHLOG"),
            Rows("STOCKLOW"),
            List("SHIPMENT"),
            List("STOCK"),
            Rows("SHELF#ALL"),
            Rows("QUARANTINE"),
            List("PAY"),
            List("ORD"),
            List("REV"),
            List("AIRUN"),
            List("RATED"),
            Months("CRNNO#{month}"),
            Months("CRNSEQ#{month}"),
            Months("INVNO#{month}"),
            Months("INVSEQ#{month}"),
            Days("AUDITHEAD#{day}"),
        ],
    },
];

/// What the law keeps: issued invoices, credit notes, the journal, and by which rules and in whose name they were made.
const BOOKS: &[RowSource] = &[RowSource {
    parents: Parents::Tenant,
    parts: &[Rows("BILLING"), List("INV"), List("CRN"), Months("JOURNAL#{month}")],
}];

/// Why a tenant's rows are walked over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkPurpose {
    /// To hand them out.
    Export,
    /// To copy what the law keeps.
    Books,
    /// To delete them: what is below another row comes before that row, which is spared until nothing is.
    Erasure,
}

impl WalkPurpose {
    /// The sources, in their order.
    pub(crate) fn sources(self) -> Vec<RowSource> {
        match self {
            // Those of the platform's books come last: an export that runs keeps its place by a number.
            Self::Export => SOURCES.iter().chain(BILLED).copied().collect(),
            Self::Books => BOOKS.to_vec(),
            Self::Erasure => {
                let all = SOURCES.iter().chain(BESIDES).copied();
                let (own, below): (Vec<_>, Vec<_>) = all.partition(|source| source.parents == Parents::Tenant);
                below.into_iter().chain(own).collect()
            }
        }
    }
}

/// One thing to ask the table for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourcePlace {
    /// The partition, behind the tenant.
    pub(crate) rest: String,
    /// Whether it is of the index.
    pub(crate) listed: bool,
}

impl SourcePart {
    /// The part's partition of a step: the only one at 0, or that of a month or day; `None` behind the last.
    pub(crate) fn place(&self, id: &str, span: Span, step: u32) -> Option<SourcePlace> {
        let (rest, listed) = match self {
            Rows(rest) | Named(rest, ..) if step == 0 => (rest.replace("{id}", id), false),
            List(rest) if step == 0 => (rest.replace("{id}", id), true),
            Months(rest) => {
                let month = nth_month(span, step)?;
                let name = format!("{:04}-{:02}", month.year(), month.month());
                (rest.replace("{month}", &name), false)
            }
            Days(rest) => (rest.replace("{day}", &nth_day(span, step)?.to_string()), false),
            Rows(_) | List(_) | Named(..) => return None,
        };
        Some(SourcePlace { rest, listed })
    }
}

fn nth_day(span: Span, step: u32) -> Option<Date> {
    let day = span.first.checked_add(jiff::Span::new().try_days(step).ok()?).ok()?;
    (day <= span.last).then_some(day)
}

fn nth_month(span: Span, step: u32) -> Option<Date> {
    let month = span.first.first_of_month().checked_add(jiff::Span::new().try_months(step).ok()?).ok()?;
    (month <= span.last).then_some(month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_days_are_walked_from_the_first_to_the_last() {
        let span = Span { first: "2026-11-20".parse().unwrap(), last: "2027-01-02".parse().unwrap() };
        let all = |part: SourcePart| -> Vec<String> {
            (0..).map_while(|step| part.place("", span, step)).map(|place| place.rest).collect()
        };
        assert_eq!(all(Months("J#{month}")), ["J#2026-11", "J#2026-12", "J#2027-01"]);
        let days = all(Days("A#{day}"));
        assert_eq!((days.len(), days[0].as_str(), days[43].as_str()), (44, "A#2026-11-20", "A#2027-01-02"));
        assert_eq!(all(Rows("X")), ["X"]);
    }
}
