//! What the words of a text are worth together.
#![expect(
    clippy::float_arithmetic,
    reason = "a mood is a guess: its rules are of real numbers, and it is whole outside of this file"
)]

use super::{
    lexicon::worth,
    modifiers::{
        CAPITALS, DEGREE, NEGATION, begins_phrase, contrasts, degree, idiom, negates, negates_in_phrase,
        strengthens_before,
    },
    tokens::Tokens,
};

/// How many words before a word change it.
const REACH: usize = 3;
/// How much of a degree is left over each distance.
const FADES: [f64; REACH] = [1.0, 0.95, 0.9];

/// The mood of a text in ten-thousandths.
#[expect(clippy::cast_possible_truncation, reason = "it is between -10,000 and 10,000")]
pub(super) fn ten_thousandths(tokens: &Tokens) -> i16 {
    let sum: f64 = weighted(tokens).iter().sum();
    let emphasis = emphasis(tokens);
    let sum = match sum {
        good if good > 0.0 => good + emphasis,
        bad if bad < 0.0 => bad - emphasis,
        none => none,
    };
    // 15 is about the most that a text is expected to come to.
    let mood = sum / (sum * sum + 15.0).sqrt();
    (mood.clamp(-1.0, 1.0) * 10_000.0).round() as i16
}

/// What each word is worth: what was said before a `but` counts half, what comes behind it half as much again.
fn weighted(tokens: &Tokens) -> Vec<f64> {
    let turn = tokens.small.iter().position(|word| contrasts(word));
    let weight = |at: usize| match turn {
        Some(turn) if at < turn => 0.5,
        Some(turn) if at > turn => 1.5,
        Some(_) | None => 1.0,
    };
    (0..tokens.words.len()).map(|at| valence(tokens, at) * weight(at)).collect()
}

/// What exclamation marks and repeated question marks add to either side.
fn emphasis(tokens: &Tokens) -> f64 {
    let exclamations = match tokens.exclamations {
        0 => 0.0,
        1 => 0.292,
        2 => 0.584,
        3 => 0.876,
        _ => 1.168,
    };
    let questions = match tokens.questions {
        0 | 1 => 0.0,
        2 => 0.36,
        3 => 0.54,
        _ => 0.96,
    };
    exclamations + questions
}

/// What a word is worth where it stands.
fn valence(tokens: &Tokens, at: usize) -> f64 {
    let word = tokens.small(at);
    let is_kind_of = word == "kind" && tokens.small(at + 1) == "of";
    let (None, false, Some(own)) = (degree(word), is_kind_of, worth(word)) else { return 0.0 };
    let mut valence = own;
    if word == "no" && worth(tokens.small(at + 1)).is_some() {
        // It belongs to the next word, which it turns.
        valence = 0.0;
    }
    if follows_no(tokens, at) {
        valence = own * NEGATION;
    }
    if tokens.is_shouted(at) {
        valence += away_from_zero(valence, CAPITALS);
    }
    if strengthens_before(tokens.small(at + 1)) {
        valence += away_from_zero(valence, DEGREE);
    }
    for (distance, fade) in (1..=REACH).zip(FADES) {
        let Some(before) = at.checked_sub(distance) else { break };
        if worth(tokens.small(before)).is_some() {
            continue;
        }
        valence += degree_of(tokens, before, valence) * fade;
        valence = turned(tokens, at, distance, valence);
        if distance == REACH {
            valence = as_idiom(tokens, at, valence);
        }
    }
    if is_least(tokens, at) { valence * NEGATION } else { valence }
}

/// As much, on the side of a value; zero is on the bad one.
fn away_from_zero(value: f64, much: f64) -> f64 {
    if value > 0.0 { much } else { -much }
}

/// Whether a `no` shortly before turns the word.
fn follows_no(tokens: &Tokens, at: usize) -> bool {
    let is = |distance: usize, word: &str| at.checked_sub(distance).is_some_and(|place| tokens.small(place) == word);
    is(1, "no") || is(2, "no") || (is(3, "no") && (is(1, "or") || is(1, "nor")))
}

/// What a word of degree adds to a value behind it.
fn degree_of(tokens: &Tokens, at: usize, value: f64) -> f64 {
    let Some(degree) = degree(tokens.small(at)) else { return 0.0 };
    let degree = if value < 0.0 { -degree } else { degree };
    if tokens.is_shouted(at) { degree + away_from_zero(value, CAPITALS) } else { degree }
}

/// A value under what stands so many words before it: turned by a negation, not by `without doubt`, and stronger behind
/// `never so`.
fn turned(tokens: &Tokens, at: usize, distance: usize, value: f64) -> f64 {
    let before = |distance: usize| at.checked_sub(distance).map_or("", |place| tokens.small(place));
    let is_so = |distance: usize| before(distance) == "so" || before(distance) == "this";
    let between_is = |is: &dyn Fn(usize) -> bool| (1..distance).any(is);
    let never_so = match distance {
        2 => before(2) == "never" && is_so(1),
        // The published program takes a `so` right before the word for enough.
        3 => (before(3) == "never" && is_so(2)) || is_so(1),
        _ => false,
    };
    if never_so {
        return value * 1.25;
    }
    let is_doubtless = before(distance) == "without" && between_is(&|place| before(place) == "doubt");
    let is_turned = if negates_in_phrase(before(distance)) {
        is_denied(tokens, at, distance)
    } else {
        !is_doubtless && negates(before(distance))
    };
    if is_turned { value * NEGATION } else { value }
}

/// Whether what an Indonesian negation so many words before denies is this word: no phrase ends between them, and no other
/// word that is worth something stands there.
fn is_denied(tokens: &Tokens, at: usize, distance: usize) -> bool {
    let Some(from) = at.checked_sub(distance) else { return false };
    let is_of_another = |place: usize| {
        let word = tokens.small(place);
        begins_phrase(word) || worth(word).is_some()
    };
    tokens.ends.get(from..at).is_some_and(|ends| !ends.contains(&true)) && !(from + 1..at).any(is_of_another)
}

/// A value as part of what words mean together.
fn as_idiom(tokens: &Tokens, at: usize, value: f64) -> f64 {
    let back = |distance: usize, count: usize| at.checked_sub(distance).and_then(|from| tokens.phrase(from, count));
    let behind = [back(1, 2), back(2, 3), back(2, 2), back(3, 3), back(3, 2)];
    let mut value = behind.into_iter().flatten().find_map(idiom).unwrap_or(value);
    for ahead in [tokens.phrase(at, 2), tokens.phrase(at, 3)].into_iter().flatten() {
        value = idiom(ahead).unwrap_or(value);
    }
    for pair in [back(3, 2), back(2, 2)].into_iter().flatten() {
        value += degree(&pair.join(" ")).unwrap_or(0.0);
    }
    value
}

/// Whether a `least` right before turns the word; `at least` and `very least` do not.
fn is_least(tokens: &Tokens, at: usize) -> bool {
    let is_behind = at.checked_sub(1).is_some_and(|place| tokens.small(place) == "least");
    let softened = at.checked_sub(2).is_some_and(|place| ["at", "very"].contains(&tokens.small(place)));
    is_behind && !softened
}
