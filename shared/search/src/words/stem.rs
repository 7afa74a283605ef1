//! What words of English and Indonesian are without their endings. The language of a text is not known: both are tried on every
//! word, and what is wrong of a word is wrong on both sides. A word that is the same only by its stem is a loose match.

/// Words up to this length stay as they are.
const SHORT: usize = 3;
/// How much is left of a word at least.
const LEAST: usize = 4;

/// A word without its ending; the word itself where it has none.
pub fn stem(word: &str) -> String {
    if word.chars().count() <= SHORT || !word.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let bare = indonesian(word);
    let bare = english(bare);
    bare.strip_suffix('e').filter(|rest| rest.len() >= SHORT).unwrap_or(&bare).to_owned()
}

/// Without the particles `-lah`, `-kah`, `-pun`, the possessive `-nya`, and the prefix `ber-`.
fn indonesian(word: &str) -> &str {
    let bare = ["lah", "kah", "pun", "nya"].iter().find_map(|ending| without(word, ending)).unwrap_or(word);
    bare.strip_prefix("ber").filter(|rest| rest.len() >= LEAST).unwrap_or(bare)
}

/// Without `-s`, `-ed` and `-ing`.
fn english(word: &str) -> String {
    let singular =
        if let Some(rest) = without(word, "ies").or_else(|| word.strip_suffix("ies").filter(|r| r.len() >= 3)) {
            format!("{rest}y")
        } else if let Some(rest) = word.strip_suffix("es").filter(|rest| hisses(rest)) {
            rest.to_owned()
        } else if ["ss", "us", "is"].iter().any(|ending| word.ends_with(ending)) {
            word.to_owned()
        } else {
            word.strip_suffix('s').filter(|rest| rest.len() >= SHORT).unwrap_or(word).to_owned()
        };
    let bare = ["ing", "ed"].iter().find_map(|ending| without_verb(&singular, ending));
    bare.map_or_else(|| singular.clone(), single)
}

fn without<'a>(word: &'a str, ending: &str) -> Option<&'a str> {
    word.strip_suffix(ending).filter(|rest| rest.len() >= LEAST)
}

/// `string` and `red` are no verbs: something with a vowel is left.
fn without_verb<'a>(word: &'a str, ending: &str) -> Option<&'a str> {
    let rest = word.strip_suffix(ending).filter(|rest| rest.len() >= SHORT)?;
    rest.contains(['a', 'e', 'i', 'o', 'u', 'y']).then_some(rest)
}

fn hisses(rest: &str) -> bool {
    rest.len() >= SHORT && ["s", "x", "z", "ch", "sh"].iter().any(|ending| rest.ends_with(ending))
}

/// `runn` is `run`; `roll` stays.
fn single(rest: &str) -> String {
    let mut letters = rest.chars().rev();
    let (last, before) = (letters.next(), letters.next());
    let is_doubled = last == before && last.is_some_and(|letter| !matches!(letter, 'l' | 's' | 'z' | 'e' | 'o'));
    let cut = rest.len() - usize::from(is_doubled);
    rest.get(..cut).unwrap_or(rest).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for forms in [
            &["shirt", "shirts"][..],
            &["battery", "batteries"],
            &["box", "boxes"],
            &["watch", "watches"],
            &["dress", "dresses"],
            &["run", "running"],
            &["stripe", "stripes", "striped"],
            &["charge", "charged", "charging"],
            &["meja", "mejanya"],
            &["warna", "warnanya", "berwarna"],
            &["rumah", "rumahlah"],
        ] {
            let stems: Vec<String> = forms.iter().map(|form| stem(form)).collect();
            assert!(stems.iter().all(|one| Some(one) == stems.first()), "{forms:?} {stems:?}");
        }
    }

    #[test]
    fn words_that_only_look_like_forms_stay_apart() {
        for (one, other) in
            [("bus", "bu"), ("red", "r"), ("string", "str"), ("glass", "glas"), ("tas", "ta"), ("ring", "r")]
        {
            assert_ne!(stem(one), stem(other), "{one}");
        }
        for word in ["", "a", "abc1234s", "шорты", "東"] {
            assert_eq!(stem(word), word);
        }
    }
}
