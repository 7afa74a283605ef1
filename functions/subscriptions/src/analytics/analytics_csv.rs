//! A report of analytics as one table: rows of days, of plans, and of what was used, told apart by the first column.

use billing::{AnalyticsReport, ReportedDay, ReportedUsage};
use web::{Cell, Csv};

/// Amounts are in minor units of the row's currency.
const COLUMNS: [&str; 21] = [
    "row",
    "date",
    "currency",
    "planKey",
    "feature",
    "total",
    "trialing",
    "active",
    "paused",
    "new",
    "cancelled",
    "mrr",
    "arr",
    "newMrr",
    "expansionMrr",
    "contractionMrr",
    "churnMrr",
    "reactivationMrr",
    "transferredMrr",
    "units",
    "events",
];

/// The table.
pub(crate) fn table(report: &AnalyticsReport) -> Csv {
    let mut table = Csv::new(&COLUMNS);
    for day in report.days.iter().chain(&report.plans) {
        add_day(&mut table, day);
    }
    for usage in &report.usage {
        add_usage(&mut table, usage);
    }
    table
}

fn add_day(table: &mut Csv, day: &ReportedDay) {
    let ReportedDay { day, currency, plan, level, figures } = day;
    let (kind, plan) = match plan {
        Some(plan) => ("plan", Cell::text(plan.to_string())),
        None => ("day", Cell::Empty),
    };
    let named = [Cell::text(kind), Cell::text(day.to_string()), Cell::text(currency.to_string()), plan, Cell::Empty];
    let numbers = [
        level.total(),
        level.trialing,
        level.active,
        level.paused,
        figures.begun,
        figures.ended,
        level.revenue,
        level.annual(),
        figures.new_revenue,
        figures.expansion,
        figures.contraction,
        figures.churn,
        figures.reactivation,
        figures.transferred,
    ];
    table.add(named.into_iter().chain(numbers.map(Cell::Number)).chain([Cell::Empty, Cell::Empty]));
}

fn add_usage(table: &mut Csv, usage: &ReportedUsage) {
    let ReportedUsage { day, plan, feature, events, units } = usage;
    let named = [Cell::text("usage"), Cell::text(day.to_string()), Cell::Empty, Cell::text(plan.to_string())];
    let feature = Cell::text(feature.to_string());
    let nothing = std::iter::repeat_n(Cell::Empty, 14);
    let units = units.map_or(Cell::Empty, Cell::Number);
    table.add(named.into_iter().chain([feature]).chain(nothing).chain([units, Cell::Number(*events)]));
}
