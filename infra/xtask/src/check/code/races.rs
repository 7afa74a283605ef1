//! A rule about lost races: only `table::until_settled` tries a change again.

use std::path::Path;

use crate::check::tree::visit_product;

/// Where the one loop is.
const HOME: &str = "shared/table/src/race.rs";
/// What ends one try at a change.
const WRITES: [&str; 4] = [".transact(", ".try_commit(", "table().write(", "table.write("];

/// Counted loops around a write, other than the one. Loops that write once for each of several things are none, nor are
/// those of tests.
pub(in crate::check) fn run_elsewhere(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    visit_product(root, &["functions", "shared"], &mut |shown, text| {
        if shown != HOME {
            let found = counted_tries(text).into_iter();
            complaints.extend(found.map(|line| {
                format!("{shown}:{line} counts tries at a change: call `table::until_settled`, which is one for all")
            }));
        }
    });
    complaints
}

/// The lines of loops that count and write, before the file's tests.
fn counted_tries(text: &str) -> Vec<usize> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let rest = line.trim_start();
        if !rest.starts_with("for _ in 0..") && !line.contains("0..RACES") {
            continue;
        }
        let indent = line.len() - rest.len();
        let end = format!("{}}}", " ".repeat(indent));
        let body = lines.iter().skip(place + 1).take_while(|line| **line != end);
        if line.contains("0..RACES") || body.into_iter().any(|line| WRITES.iter().any(|write| line.contains(write))) {
            found.push(place + 1);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn lost_races_are_run_again_in_one_place() {
        assert_eq!(run_elsewhere(&workspace::root()), Vec::<String>::new());
    }

    #[test]
    fn loops_that_count_tries_are_found() {
        let of = |head: &str, body: &str| counted_tries(&format!("fn change() {{\n    {head} {{\n{body}    }}\n}}\n"));
        let write = "        match api.table().transact(transaction).await {\n        }\n";
        assert_eq!(of("for _ in 0..TRIES", write), [2]);
        assert_eq!(of("for _ in 0..8", "        api.table().write(row).await?;\n"), [2]);
        assert_eq!(of("for _ in 0..RACES", ""), [2]);
        assert_eq!(of("for _ in 0..PAGES", "        table.query(query).await?;\n"), Vec::<usize>::new());
        assert_eq!(of("for chunk in chunks", write), Vec::<usize>::new());
        let in_tests = format!("#[cfg(test)]\nmod tests {{\n    for _ in 0..3 {{\n{write}    }}\n}}\n");
        assert_eq!(counted_tries(&in_tests), Vec::<usize>::new());
    }
}
