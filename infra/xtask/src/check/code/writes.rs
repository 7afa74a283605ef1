//! A rule about storage: a function that writes adds to a transaction and returns the write's place in it.

use std::path::Path;

use crate::check::tree::visit_product;

/// Where writes are made.
const HOME: &str = "shared/table/";

/// Public functions that answer a `Write` for somebody else to add: they take `&mut Transaction` and answer a `Slot`
/// instead, so that there is one way to write, and one to ask which write failed.
pub(in crate::check) fn handed_over(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    visit_product(root, &["functions", "shared"], &mut |shown, text| {
        if !shown.starts_with(HOME) {
            complaints.extend(answering_writes(text).into_iter().map(|name| {
                format!("{shown}: `{name}` answers a `Write`: take `&mut Transaction` and answer a `Slot`")
            }));
        }
    });
    complaints
}

/// The public functions of a file that answer a `Write`, alone or in something.
fn answering_writes(text: &str) -> Vec<&str> {
    let signatures = text.split("pub fn ").skip(1).chain(text.split("pub async fn ").skip(1));
    signatures
        .filter_map(|rest| {
            let signature = rest.split(['{', ';']).next().unwrap_or_default();
            let (_, answer) = signature.split_once("->")?;
            let mut words = answer.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            words.any(|word| word == "Write").then(|| rest.split(['(', '<']).next().unwrap_or_default())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn writes_go_into_a_transaction() {
        assert_eq!(handed_over(&workspace::root()), Vec::<String>::new());
    }

    #[test]
    fn functions_that_hand_writes_over_are_found() {
        let text = "impl Repo {\n    pub fn save(&self, one: &One) -> Result<Write, TableError> {\n    }\n    \
            pub fn all(\n        one: &One,\n    ) -> [Write; 2] {\n    }\n    pub async fn late(&self) -> Option<Write> {\n    }\n    \
            pub fn insert(&self, transaction: &mut Transaction, one: &One) -> Result<Slot, TableError> {\n    }\n    \
            fn row(&self) -> Write {\n    }\n    pub fn told(&self) -> WriteError {\n    }\n}\n";
        assert_eq!(answering_writes(text), ["save", "all", "late"]);
    }
}
