//! Rules about the documents: every link leads to a file and a heading that are there, and the glossary's types are declared
//! where it says, each word once and in order.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::{names::declared, tree::visit};

const GLOSSARY: &str = "docs/GLOSSARY.md";

/// Links of Markdown files that lead to no file of the repository, or to no heading in it.
pub(super) fn dead_links(root: &Path) -> Vec<String> {
    let mut pages = BTreeMap::new();
    visit(root, &["md"], &mut |path, text| {
        pages.insert(path.to_path_buf(), Page::read(text));
    });
    let mut complaints = Vec::new();
    for (path, page) in &pages {
        let folder = path.parent().unwrap_or(root);
        let shown = path.strip_prefix(root).unwrap_or(path).display();
        for link in page.links.iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { plain(&folder.join(file)) };
            if !target.exists() {
                complaints.push(format!("{shown} links to {link}: there is no such file"));
            } else if !heading.is_empty() && pages.get(&target).is_none_or(|page| !page.anchors.contains(heading)) {
                complaints.push(format!("{shown} links to {link}: the file has no such heading"));
            }
        }
    }
    complaints
}

/// Rows of the glossary whose type is not declared in the file they name, and words out of order or there twice.
pub(super) fn glossary(root: &Path) -> Vec<String> {
    let text = match fs::read_to_string(root.join(GLOSSARY)) {
        Ok(text) => text,
        Err(error) => return vec![format!("{GLOSSARY}: {error}")],
    };
    rows_at_fault(&text, &|file| fs::read_to_string(root.join("docs").join(file)).ok())
}

fn rows_at_fault(glossary: &str, read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut last = String::new();
    for row in glossary.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [word, _, kind, file] = cells.as_slice() else {
            complaints.push(format!("{GLOSSARY}: this row does not have four cells: {row}"));
            continue;
        };
        let folded = word.to_lowercase();
        if folded <= last {
            complaints.push(format!("{GLOSSARY}: `{word}` comes after `{last}`: words are sorted, each once"));
        }
        last = folded;
        let Some(name) = kind.strip_prefix('`').and_then(|kind| kind.strip_suffix('`')) else { continue };
        let path = file.split_once("](").and_then(|(_, path)| path.strip_suffix(')')).unwrap_or_default();
        let declares = |text: String| text.lines().any(|line| declared(line) == Some(name));
        if !read(path).is_some_and(declares) {
            complaints
                .push(format!("{GLOSSARY}: `{word}` is said to be the type `{name}`, which `{path}` does not declare"));
        }
    }
    complaints
}

/// What a Markdown file links to, and what can be linked to in it.
#[derive(Default)]
struct Page {
    links: Vec<String>,
    anchors: BTreeSet<String>,
}

impl Page {
    fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut heading: Option<String> = None;
        for event in Parser::new(text) {
            if let Event::Start(Tag::Link { dest_url, .. }) = &event {
                page.links.push(dest_url.to_string());
            } else if let Event::Start(Tag::Heading { .. }) = &event {
                heading = Some(String::new());
            } else if let Event::End(TagEnd::Heading(_)) = &event {
                page.anchors.extend(heading.take().map(|title| anchor(&title)));
            } else if let (Event::Text(words) | Event::Code(words), Some(title)) = (&event, &mut heading) {
                title.push_str(words);
            }
        }
        page
    }
}

/// The anchor that GitHub gives a heading: small letters, hyphens for spaces, no other signs.
fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|sign| if sign == ' ' { '-' } else { sign }).collect()
}

/// The path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        if part.as_os_str() == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn every_link_leads_somewhere() {
        assert_eq!(dead_links(&workspace::root()), Vec::<String>::new());
    }

    #[test]
    fn the_glossary_is_true_and_sorted() {
        assert_eq!(glossary(&workspace::root()), Vec::<String>::new());
    }

    #[test]
    fn a_false_row_is_found() {
        let text = "| Word | Meaning | Type | File |\n|---|---|---|---|\n\
            | invoice | . | `Invoice` | [a.rs](a.rs) |\n| bill | . | `Bill` | [a.rs](a.rs) |\n| bill | . | – | |\n";
        let read = |path: &str| (path == "a.rs").then(|| "pub struct Invoice {\nstruct Own;".to_owned());
        assert_eq!(
            rows_at_fault(text, &read),
            [
                "docs/GLOSSARY.md: `bill` comes after `invoice`: words are sorted, each once",
                "docs/GLOSSARY.md: `bill` is said to be the type `Bill`, which `a.rs` does not declare",
                "docs/GLOSSARY.md: `bill` comes after `bill`: words are sorted, each once",
            ]
        );
    }

    #[test]
    fn links_and_headings_are_read_but_not_in_code() {
        let page = Page::read("# Money & `Tax` (new)\n[a](b.md#c) `[no](no.md)`\n```\n[no](no.md)\n```\n");
        assert_eq!(
            (page.links, anchor("Money & `Tax` (new)")),
            (vec!["b.md#c".to_owned()], "money--tax-new".to_owned())
        );
        assert_eq!(page.anchors, BTreeSet::from(["money--tax-new".to_owned()]));
    }
}
