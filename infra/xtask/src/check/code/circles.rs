//! A rule about modules: within a crate they do not use one another in a circle, so that each can be read, and moved, with
//! those below it alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crate::check::tree::visit;

/// A module's path within its crate; the crate itself has none.
type Module = Vec<String>;
/// The modules of a crate with their text.
type Modules = BTreeMap<Module, String>;
/// Which modules a module uses.
type Edges = BTreeMap<Module, BTreeSet<Module>>;

/// A path that a module names.
struct Named {
    path: Vec<String>,
    /// Whether it is given on to others instead of used.
    exported: bool,
}

/// Modules of one crate that use one another in a circle, apart from tests. A module and those inside it are one.
pub(in crate::check) fn of_modules(root: &Path) -> Vec<String> {
    let mut crates: BTreeMap<String, Modules> = BTreeMap::new();
    for folder in ["functions", "shared", "infra"] {
        visit(&root.join(folder), &["rs"], &mut |path, text| {
            let shown = path.strip_prefix(root).unwrap_or(path).with_extension("").display().to_string();
            let Some((name, module)) = shown.split_once("/src/") else { return };
            let parts: Module = module.split('/').map(str::to_owned).collect();
            let last = parts.last().map(String::as_str).unwrap_or_default();
            if last.ends_with("tests") || last == "golden" || parts.iter().any(|part| part == "tests" || part == "bin")
            {
                return;
            }
            let own = if ["mod", "lib", "main"].contains(&last) { parts.len() - 1 } else { parts.len() };
            let module = parts.into_iter().take(own).collect();
            crates.entry(name.to_owned()).or_default().insert(module, code_of(text));
        });
    }
    let circles = crates
        .iter()
        .flat_map(|(name, modules)| circles(&edges(modules)).into_iter().map(move |circle| (name, circle)));
    circles.map(|(name, circle)| format!("{name}: {} use one another in a circle", circle.join(", "))).collect()
}

/// The text without comments and without the tests at its end.
fn code_of(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let begins_tests =
        |pair: &[&str]| matches!(pair, ["#[cfg(test)]", module] if module.contains("mod ") && module.ends_with('{'));
    let end = lines.windows(2).position(begins_tests).unwrap_or(lines.len());
    let code = lines.iter().take(end).map(|line| line.split("//").next().unwrap_or_default());
    code.collect::<Vec<_>>().join("\n")
}

fn edges(modules: &Modules) -> Edges {
    let named: BTreeMap<&Module, Vec<Named>> = modules.iter().map(|(module, code)| (module, named_in(code))).collect();
    let mut exports: BTreeMap<Module, Module> = BTreeMap::new();
    for (module, names) in &named {
        for name in names.iter().filter(|name| name.exported) {
            if let (Some(target), Some(last)) = (absolute(modules, module, &name.path), name.path.last()) {
                exports.insert(module.iter().chain([last]).cloned().collect(), target);
            }
        }
    }
    let mut edges = Edges::new();
    for (module, names) in named {
        for name in names.iter().filter(|name| !name.exported) {
            let target = absolute(modules, module, &name.path).and_then(|path| home(modules, &exports, path));
            if let Some(target) = target.filter(|other| !other.starts_with(module) && !module.starts_with(other)) {
                edges.entry(module.clone()).or_default().insert(target);
            }
        }
    }
    edges
}

/// The paths of a module's `use` statements, and those that it names where it uses them.
fn named_in(code: &str) -> Vec<Named> {
    let mut named = Vec::new();
    let mut rest = String::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let statement = line.trim_start();
        let exported = statement.starts_with("pub");
        let Some((_, tree)) = statement.split_once("use ").filter(|(before, _)| before.is_empty() || exported) else {
            rest.push_str(line);
            rest.push('\n');
            continue;
        };
        let mut tree = tree.to_owned();
        while !tree.contains(';') {
            let Some(next) = lines.next() else { break };
            tree.push_str(next.trim());
        }
        let mut paths = Vec::new();
        expand(&[], tree.trim_end_matches(';'), &mut paths);
        named.extend(paths.into_iter().map(|path| Named { path, exported }));
    }
    for start in ["crate::", "super::"] {
        for (at, _) in rest.match_indices(start) {
            let path = rest.get(at..).unwrap_or_default();
            let end = path.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':');
            let path = path.get(..end.unwrap_or(path.len())).unwrap_or_default();
            let path = path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
            named.push(Named { path, exported: false });
        }
    }
    named
}

/// The paths of a tree such as `crate::{a, b::{c, d}}`.
fn expand(prefix: &[String], tree: &str, paths: &mut Vec<Vec<String>>) {
    let (mut depth, mut start, mut parts) = (0_u32, 0, Vec::new());
    for (at, letter) in tree.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.extend(tree.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(tree.get(start..));
    for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
        let (path, inner) = part.split_once('{').map_or((part, None), |(path, inner)| (path, Some(inner)));
        let path = path.split(" as ").next().unwrap_or_default();
        let names = path.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let path: Vec<String> = prefix.iter().cloned().chain(names).collect();
        match inner {
            Some(inner) => expand(&path, inner.trim_end().strip_suffix('}').unwrap_or(inner), paths),
            None => paths.push(path),
        }
    }
}

/// A path from the crate's root; `None` for one of another crate.
fn absolute(modules: &Modules, module: &Module, path: &[String]) -> Option<Module> {
    let (first, rest) = path.split_first()?;
    let inside = |name: &String| modules.contains_key(&module.iter().chain([name]).cloned().collect::<Module>());
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some(module.iter().chain(rest).cloned().collect()),
        "super" => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            let kept = module.len().checked_sub(ups)?;
            Some(module.iter().take(kept).chain(path.iter().skip(ups)).cloned().collect())
        }
        _ if inside(first) => Some(module.iter().chain(path).cloned().collect()),
        _ => None,
    }
}

/// The module that what is named is in, through whatever gives it on.
fn home(modules: &Modules, exports: &BTreeMap<Module, Module>, mut path: Module) -> Option<Module> {
    for _ in 0..8 {
        let known =
            (0..=path.len()).rev().find(|length| modules.contains_key(path.get(..*length).unwrap_or_default()))?;
        let given_on = path.get(..=known).and_then(|name| exports.get(name));
        let Some(target) = given_on else { return path.get(..known).map(<[String]>::to_vec) };
        path = target.iter().chain(path.get(known + 1..).unwrap_or_default()).cloned().collect();
    }
    None
}

/// The groups of modules that reach one another.
fn circles(edges: &Edges) -> Vec<Vec<String>> {
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        edges.keys().map(|module| (module, from(edges, module))).collect();
    let reaches = |one: &Module, other: &Module| reached.get(one).is_some_and(|all| all.contains(other));
    let mut groups: BTreeSet<Vec<String>> = BTreeSet::new();
    for module in edges.keys().filter(|module| reaches(module, module)) {
        let circle = edges.keys().filter(|other| reaches(module, other) && reaches(other, module));
        groups.insert(circle.map(|module| module.join("::")).collect());
    }
    groups.into_iter().collect()
}

/// All that a module uses, directly or through others.
fn from<'a>(edges: &'a Edges, module: &Module) -> BTreeSet<&'a Module> {
    let (mut seen, mut waiting): (BTreeSet<&Module>, Vec<&Module>) = (BTreeSet::new(), Vec::new());
    waiting.extend(edges.get(module).into_iter().flatten());
    while let Some(next) = waiting.pop() {
        if seen.insert(next) {
            waiting.extend(edges.get(next).into_iter().flatten());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn no_modules_use_one_another_in_a_circle() {
        assert_eq!(of_modules(&workspace::root()), Vec::<String>::new());
    }

    fn crate_of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let module = |name: &str| name.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        circles(&edges(&files.iter().map(|(name, text)| (module(name), code_of(text))).collect()))
    }

    #[test]
    fn a_circle_is_found_through_what_is_given_on_and_what_is_named_in_place() {
        let files = [
            ("", "mod api;\nmod callers;\npub use api::Api;\n"),
            ("api", "use crate::{callers::{standing::Standing, visitor}, Problem};\n"),
            ("callers", "pub(crate) mod standing;\nmod visitor;\n"),
            ("callers::standing", "fn read(api: &crate::Api) {}\n"),
            ("callers::visitor", "use super::standing::Standing;\n"),
        ];
        assert_eq!(crate_of(&files), [["api", "callers::standing", "callers::visitor"]]);
    }

    #[test]
    fn a_module_may_use_those_inside_it_and_they_it_and_tests_anything() {
        let files = [
            ("", "mod a;\nmod b;\n"),
            ("a", "mod inner;\nuse inner::Part;\n#[cfg(test)]\nmod tests {\n    use crate::b::Other;\n}\n"),
            ("a::inner", "use super::Whole; // and crate::b\n"),
            ("b", "use crate::a::Whole;\n"),
        ];
        assert_eq!(crate_of(&files), Vec::<Vec<String>>::new());
    }
}
