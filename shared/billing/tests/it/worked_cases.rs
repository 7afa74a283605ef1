//! The cases of docs/rules/billing.md are those that tests name, as `c16_c17_a_period` or in a comment that names it too.

use std::{collections::BTreeSet, fs, path::Path};

fn case(word: &str) -> Option<String> {
    let (letter, number) = word.split_at_checked(1)?;
    ("CRTXPcrtxp".contains(letter) && number.parse::<u8>().is_ok()).then(|| word.to_uppercase())
}

fn collect(folder: &Path, cases: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, cases);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            for line in fs::read_to_string(&path).unwrap().lines().map(str::trim) {
                if let Some((_, name)) = line.split_once("fn ") {
                    cases.extend(name.split('_').map_while(case));
                } else if line.starts_with("// ") && line.contains("docs/rules/billing.md") {
                    cases.extend(line.split(' ').filter_map(case));
                }
            }
        }
    }
}

#[test]
fn every_worked_case_has_a_test_and_the_reverse() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let mut tested = BTreeSet::new();
    for part in ["shared/billing", "shared/kernel", "shared/settlement", "functions", "tests/it"] {
        collect(&root.join(part), &mut tested);
    }
    let document = fs::read_to_string(root.join("docs/rules/billing.md")).unwrap();
    let listed: Vec<_> =
        document.lines().filter_map(|line| case(line.strip_prefix("| ")?.split(' ').next()?)).collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), tested);
    assert_eq!(listed.len(), tested.len(), "a case is listed twice");
}
