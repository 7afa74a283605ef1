//! Searches over 1,000, 10,000 and 100,000 products in one process: how long one takes (a word, a typo, a beginning, two words with a filter), how
//! large the index is, and how long it takes to write and to load. Rules and index alone: no table, no objects, no HTTP. Stops by
//! itself.

use std::{process::ExitCode, sync::Arc};

use bench::{Failure, Micros, conditions, ended, millis, say};
use cloud::telemetry::Stopwatch;
use kernel::{Currency, Money, ProductId, Timestamp};
use search::{
    FacetLabel, Filter, IndexPart, IndexSegment, ProductTrait, Question, SearchDocument, SearchWords, Sort, Synonyms,
    TraitKind, build, find,
};

const SIZES: [u64; 3] = [1_000, 10_000, 100_000];
/// As many as the worker puts into a segment.
const SEGMENT: u64 = 5_000;
/// Where the numbers of descriptions begin.
const FAR: u64 = 1_000_000;
const ROUNDS: usize = 300;
/// How many words titles and descriptions are made of.
const WORDS: u64 = 20_000;
const IN_A_TITLE: u64 = 4;
const IN_A_DESCRIPTION: u64 = 30;

fn main() -> ExitCode {
    ended(SIZES.into_iter().try_for_each(measure))
}

fn measure(products: u64) -> Result<(), Failure> {
    let watch = Stopwatch::start();
    let mut objects = Vec::new();
    for first in (0..products).step_by(usize::try_from(SEGMENT)?) {
        let built = build((first..products.min(first + SEGMENT)).map(product).collect::<Result<Vec<_>, _>>()?);
        objects.push((built.segment.to_bytes(), built.shown.len()));
    }
    let written = watch.elapsed();
    let (searched, shown) =
        objects.iter().fold((0, 0), |(all, of_shown), (bytes, shown)| (all + bytes.len(), of_shown + shown));

    let watch = Stopwatch::start();
    let segments = objects.iter().map(|(bytes, _)| IndexSegment::from_bytes(bytes)).collect::<Result<Vec<_>, _>>()?;
    let loaded = watch.elapsed();
    let parts: Vec<IndexPart> = segments.into_iter().map(|segment| IndexPart::new(Arc::new(segment))).collect();

    say(format_args!(
        "\n{products} products in {} segments: {searched} bytes to search, {shown} bytes to show; written in {} ms, loaded in {} ms; {}\n",
        parts.len(),
        written.as_millis(),
        loaded.as_millis(),
        conditions()?
    ))?;
    say("| | p50 ms | p99 ms | hits |")?;
    say("| --- | --- | --- | --- |")?;
    let common = word(7);
    let long = (0..WORDS).map(word).find(|word| word.len() > 7).ok_or("no word is long enough")?;
    let typo = format!("{}x{}", long.get(..4).unwrap_or_default(), long.get(4..).unwrap_or_default());
    let red = FacetLabel::Trait(TraitKind::Option, "Colour".to_owned(), "c1".to_owned());
    let filter = Filter { labels: vec![vec![red]], in_stock: true, price: None };
    for (name, text, filter, sort) in [
        ("a word", format!("{common} "), Filter::default(), Sort::Relevance),
        ("a word with a typo", format!("{typo} "), Filter::default(), Sort::Relevance),
        ("a beginning of 3 letters", common.chars().take(3).collect(), Filter::default(), Sort::Relevance),
        ("two words", format!("{common} {} ", word(8)), Filter::default(), Sort::Relevance),
        (
            "two words, filtered, by price",
            format!("{common} {} ", word(8)),
            filter.clone(),
            Sort::Cheapest(Currency::IDR),
        ),
        ("everything, filtered", String::new(), filter, Sort::Newest),
    ] {
        let mut micros = Micros::default();
        let mut hits = 0;
        for _ in 0..ROUNDS {
            let words = SearchWords::parse(&text, &Synonyms::default());
            let watch = Stopwatch::start();
            let question = Question { words, filter: filter.clone(), sort, after: None, limit: 20 };
            hits = find(&parts, &question).total;
            micros.add(watch.elapsed());
        }
        say(format_args!("| {name} | {} | {} | {hits} |", millis(micros.median()), millis(micros.percentile(99))))?;
    }
    Ok(())
}

/// A word of 4 to 10 letters; always the same for a number.
fn word(number: u64) -> String {
    let mut rest = mixed(number);
    let length = 4 + rest % 7;
    (0..length)
        .map(|place| {
            let letters: &[u8] = if place.is_multiple_of(2) { b"bcdfghklmnprst" } else { b"aeiou" };
            let count = u64::try_from(letters.len()).unwrap_or(1);
            let letter = letters.get(usize::try_from(rest % count).unwrap_or(0)).copied().unwrap_or(b'a');
            rest = mixed(rest);
            char::from(letter)
        })
        .collect()
}

/// The words of a text: few of them are in many texts.
fn text(seed: u64, words: u64) -> String {
    let of = |place: u64| {
        let dice = mixed(seed * 101 + place) % WORDS;
        word(dice * dice / WORDS)
    };
    (0..words).map(of).collect::<Vec<_>>().join(" ")
}

fn product(number: u64) -> Result<SearchDocument, Failure> {
    let minor = i64::try_from(mixed(number) % 1_000_000)?;
    Ok(SearchDocument {
        id: ProductId::new(u128::from(number + 1).into()),
        title: text(number, IN_A_TITLE),
        slug: format!("p-{number}"),
        description: text(number + FAR, IN_A_DESCRIPTION),
        skus: vec![format!("SKU-{number}")],
        category_ids: Vec::new(),
        traits: vec![ProductTrait {
            kind: TraitKind::Option,
            name: "Colour".to_owned(),
            value: format!("c{}", number % 12),
        }],
        prices_from: vec![Money::new(minor, Currency::IDR)],
        in_stock: !number.is_multiple_of(3),
        image: None,
        published_at: Timestamp::from_millis(1_790_000_000_000 + i64::try_from(number)?)?,
    })
}

/// A step of `SplitMix64`: the same numbers in every run.
const fn mixed(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
