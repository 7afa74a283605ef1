//! The arrows between crates: kernel → table → events, allowances → domains → settlement → web, cloud → functions →
//! infra/local, tests.

use crate::workspace::{Package, Scope};

/// What each shared crate may import. Domains never import one another: what two of them need belongs in the kernel,
/// or in what brings them together, which for money is `settlement`.
const SHARED: [(&str, &[&str]); 40] = [
    ("kernel", &[]),
    ("embedded", &[]),
    ("ensemble", &[]),
    ("table", &["kernel"]),
    ("events", &["kernel", "table"]),
    ("allowances", &["kernel", "table"]),
    ("ai-budget", &["kernel", "table"]),
    ("catalogue", &["kernel", "table"]),
    ("performance", &[]),
    ("promotions", &["kernel", "table"]),
    ("files", &["kernel", "table"]),
    ("customers", &["kernel", "table", "events"]),
    ("ledger", &["kernel", "table", "events"]),
    ("identity", &["kernel", "table", "events"]),
    ("tenancy", &["kernel", "table", "events", "allowances"]),
    ("billing", &["kernel", "table", "events", "allowances"]),
    ("payments", &["kernel", "table", "events"]),
    ("messaging", &["kernel", "table", "events"]),
    ("metering", &["kernel", "table", "events"]),
    ("orders", &["kernel", "table"]),
    ("recommend", &["kernel", "table"]),
    ("reviews", &["kernel", "table", "events"]),
    ("analytics", &["kernel", "table"]),
    ("runs", &["kernel", "table", "events", "cloud", "ensemble"]),
    ("search", &["kernel", "table"]),
    ("search-index", &["kernel", "table", "cloud", "search"]),
    ("shipping", &["kernel", "table", "events"]),
    ("stock", &["kernel", "table", "events"]),
    ("trading", &[]),
    ("webhooks", &["kernel", "table", "events"]),
    ("settlement", &["kernel", "table", "events", "billing", "ledger", "payments"]),
    ("parties", &["kernel", "table", "events", "billing", "customers", "identity", "tenancy"]),
    ("members", &["kernel", "table", "events", "identity", "tenancy"]),
    ("cloud", &["kernel", "table", "events"]),
    (
        "aftersales",
        &["kernel", "table", "events", "billing", "cloud", "orders", "payments", "promotions", "settlement", "stock"],
    ),
    ("cashier", &["kernel", "table", "events", "billing", "payments", "settlement", "cloud"]),
    ("ai", &["kernel", "table", "events", "webhooks", "cloud", "ai-budget"]),
    ("carriers", &["kernel", "table", "events", "shipping", "cloud"]),
    ("web", &["kernel", "table", "events", "allowances", "cloud", "customers", "identity", "metering", "tenancy"]),
    (
        "testkit",
        &[
            "kernel",
            "table",
            "allowances",
            "customers",
            "events",
            "ledger",
            "identity",
            "tenancy",
            "billing",
            "payments",
            "messaging",
            "cloud",
            "web",
            "embedded",
            // What the templates grant a function.
            "wiring",
        ],
    ),
];

/// Who may name `aws_*` and `lambda_*` crates.
const CLOUDS: [&str; 6] = ["cloud", "table", "testkit", "bench", "floors", "ruko-local"];

/// Functions whose tests run another one too: what one of them does, the other takes up.
const IN_STEPS: [(&str, &str); 4] = [
    ("messenger", "notifier"),
    ("orders-api", "analytics-api"),
    ("orders-api", "orders-worker"),
    ("orders-api", "sales-worker"),
];

/// Who may ship with the test kit.
const TESTERS: [&str; 3] = ["infra/bench", "infra/local", "tests"];

/// Imports of workspace crates that the arrows do not allow.
pub(super) fn against_the_arrows(packages: &[Package]) -> Vec<String> {
    let mut complaints = Vec::new();
    for package in packages {
        for dependency in &package.dependencies {
            let Some(target) = packages.iter().find(|other| other.name == dependency.name) else { continue };
            if !may_import(package, target, dependency.scope) {
                complaints.push(format!("{} may not import {} ({})", package.name, target.name, package.directory));
            }
        }
    }
    for package in packages.iter().filter(|package| package.directory.starts_with("shared/")) {
        if !SHARED.iter().any(|(name, _)| *name == package.name) {
            complaints.push(format!(
                "{} has no line in the table of allowed edges (infra/xtask/src/check/edges.rs)",
                package.name
            ));
        }
    }
    complaints
}

fn may_import(package: &Package, target: &Package, scope: Scope) -> bool {
    let from = package.directory.as_str();
    let into_shared = target.directory.starts_with("shared/");
    if target.name == "testkit" {
        return scope == Scope::Tests || TESTERS.contains(&from);
    }
    match from.split('/').next() {
        Some("shared") => {
            SHARED.iter().any(|(name, allowed)| *name == package.name && allowed.contains(&target.name.as_str()))
        }
        Some("functions") => {
            let step = (package.name.as_str(), target.name.as_str());
            into_shared || (scope == Scope::Tests && IN_STEPS.contains(&step))
        }
        Some("infra") if from == "infra/xtask" => target.name == "wiring",
        // The local cloud links every function, and the journeys run in it.
        Some("infra" | "tests") => true,
        _ => false,
    }
}

/// Crates that name AWS's crates although only the clouds may. `aws-lc-rs` is cryptography, not AWS.
pub(super) fn aws_outside_the_clouds(packages: &[Package]) -> Vec<String> {
    let mut complaints = Vec::new();
    for package in packages.iter().filter(|package| !CLOUDS.contains(&package.name.as_str())) {
        for dependency in &package.dependencies {
            let name = dependency.name.replace('-', "_");
            let of_aws = name.starts_with("aws_") || name.starts_with("lambda_");
            if of_aws && name != "aws_lc_rs" {
                complaints.push(format!(
                    "{} names {}; go through shared/cloud or shared/table",
                    package.name, dependency.name
                ));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(directory: &str, name: &str, shipped: &[&str], tests: &[&str]) -> Package {
        let of = |names: &[&str], scope| {
            names.iter().map(|name| Dependency { name: (*name).to_owned(), scope }).collect::<Vec<_>>()
        };
        let dependencies = [of(shipped, Scope::Shipped), of(tests, Scope::Tests)].concat();
        Package { name: name.to_owned(), directory: directory.to_owned(), dependencies }
    }

    fn workspace(extra: Package) -> Vec<Package> {
        vec![
            package("shared/kernel", "kernel", &[], &[]),
            package("shared/table", "table", &["kernel", "aws-sdk-dynamodb"], &[]),
            package("shared/payments", "payments", &["kernel", "table", "aws-lc-rs"], &[]),
            package("shared/testkit", "testkit", &["kernel", "table"], &[]),
            package("functions/relay", "relay", &["kernel", "payments"], &["testkit"]),
            extra,
        ]
    }

    #[test]
    fn imports_along_the_arrows_pass() {
        let packages = workspace(package("infra/local", "ruko-local", &["relay", "payments", "aws-config"], &[]));
        assert_eq!(against_the_arrows(&packages), Vec::<String>::new());
        assert_eq!(aws_outside_the_clouds(&packages), Vec::<String>::new());
    }

    #[test]
    fn a_domain_may_not_import_another() {
        let packages = workspace(package("shared/billing", "billing", &["kernel", "payments"], &[]));
        assert_eq!(against_the_arrows(&packages), ["billing may not import payments (shared/billing)"]);
    }

    #[test]
    fn a_function_may_not_import_another_nor_ship_the_test_kit() {
        let packages = workspace(package("functions/notifier", "notifier", &["relay", "testkit"], &[]));
        assert_eq!(
            against_the_arrows(&packages),
            [
                "notifier may not import relay (functions/notifier)",
                "notifier may not import testkit (functions/notifier)"
            ]
        );
    }

    #[test]
    fn the_tests_of_a_second_step_may_run_the_first_and_its_function_may_not() {
        let of = |shipped: &[&str], tests: &[&str]| {
            let mut packages = workspace(package("functions/messenger", "messenger", shipped, tests));
            packages.push(package("functions/notifier", "notifier", &[], &[]));
            against_the_arrows(&packages)
        };
        assert_eq!(of(&[], &["notifier"]), Vec::<String>::new());
        assert_eq!(of(&["notifier"], &[]), ["messenger may not import notifier (functions/messenger)"]);
        assert_eq!(of(&[], &["relay"]), ["messenger may not import relay (functions/messenger)"]);
    }

    #[test]
    fn a_new_shared_crate_needs_its_line() {
        let packages = workspace(package("shared/commerce", "commerce", &[], &[]));
        assert_eq!(
            against_the_arrows(&packages),
            ["commerce has no line in the table of allowed edges (infra/xtask/src/check/edges.rs)"]
        );
    }

    #[test]
    fn only_the_clouds_name_aws() {
        let packages = workspace(package("functions/notifier", "notifier", &["lambda_runtime", "aws-config"], &[]));
        assert_eq!(
            aws_outside_the_clouds(&packages),
            [
                "notifier names lambda_runtime; go through shared/cloud or shared/table",
                "notifier names aws-config; go through shared/cloud or shared/table",
            ]
        );
    }
}
