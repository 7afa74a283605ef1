//! Which permissions there are. What names none of them is refused where it is granted: a slip would otherwise only show
//! when a call is refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use identity::{MAX_SCOPES, Permission};
use web::Problem;

/// Those of all groups, gathered by `cargo xtask openapi`; a test keeps them true.
pub(crate) static PERMISSIONS: LazyLock<BTreeMap<&str, &str>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../../docs/permissions.json")).unwrap_or_default());

/// Scopes as they are granted: each once, in order.
///
/// # Errors
/// `INVALID_LENGTH` unless there are 1 to 50; `UNKNOWN_PERMISSION` for each that names none.
pub(crate) fn scopes(asked: Vec<Permission>) -> Result<Vec<Permission>, Problem> {
    if !(1..=MAX_SCOPES).contains(&asked.len()) {
        return Err(Problem::invalid("/scopes", "INVALID_LENGTH", "give 1 to 50 scopes"));
    }
    check(&asked, |index| format!("/scopes/{index}"))?;
    Ok(asked.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
}

/// `Ok` when each names permissions that there are. `place` is that of a permission in the body, by its number.
///
/// # Errors
/// `UNKNOWN_PERMISSION` for each that names none, with the nearest that does.
pub(crate) fn check(permissions: &[Permission], place: impl Fn(usize) -> String) -> Result<(), Problem> {
    let unknown = |(_, one): &(usize, &Permission)| !PERMISSIONS.keys().any(|known| one.covers(known));
    let unknown: Vec<_> = permissions.iter().enumerate().filter(unknown).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let told = unknown.into_iter().fold(Problem::unacceptable(), |problem, (index, one)| {
        problem.with_error(&place(index), "UNKNOWN_PERMISSION", detail(one.as_str()))
    });
    Err(told)
}

fn detail(unknown: &str) -> String {
    let of_resource = |(resource, action): (&str, &str)| {
        let resources = PERMISSIONS.keys().filter_map(|known| known.split_once(':')).map(|(resource, _)| resource);
        kernel::nearest(resource, resources).map(|resource| format!("{resource}:{action}"))
    };
    let wildcard = unknown.split_once(':').filter(|(_, action)| *action == "*").and_then(of_resource);
    let nearest = wildcard.or_else(|| kernel::nearest(unknown, PERMISSIONS.keys().copied()).map(str::to_owned));
    let meant = nearest.map_or_else(|| ";".to_owned(), |known| format!("; did you mean `{known}`?"));
    format!("`{unknown}` is no permission{meant} GET /api/v1/permissions lists all")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(permissions: &[&str]) -> Vec<(String, String)> {
        let permissions: Vec<Permission> = permissions.iter().map(|one| one.parse().unwrap()).collect();
        let problem = check(&permissions, |index| format!("/scopes/{index}")).err();
        let errors = problem.iter().flat_map(Problem::errors);
        errors.map(|one| (one.pointer.clone(), one.detail.clone())).collect()
    }

    #[test]
    fn what_names_permissions_is_taken() {
        assert_eq!(told(&["*", "usage:*", "usage:write", "api_keys:read"]), []);
    }

    #[test]
    fn what_names_none_is_told_with_the_nearest() {
        let all = told(&["coffee:write", "invoices:*", "invoice:*", "usage:wirte", "quite_another:thing"]);
        let row = |place: &str, detail: &str| (place.to_owned(), detail.to_owned());
        assert_eq!(
            all,
            [
                row(
                    "/scopes/0",
                    "`coffee:write` is no permission; did you mean `roles:write`? GET /api/v1/permissions lists all"
                ),
                row(
                    "/scopes/2",
                    "`invoice:*` is no permission; did you mean `invoices:*`? GET /api/v1/permissions lists all"
                ),
                row(
                    "/scopes/3",
                    "`usage:wirte` is no permission; did you mean `usage:write`? GET /api/v1/permissions lists all"
                ),
                row("/scopes/4", "`quite_another:thing` is no permission; GET /api/v1/permissions lists all"),
            ]
        );
    }
}
