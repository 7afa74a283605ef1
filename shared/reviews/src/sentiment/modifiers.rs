//! Words that change what others are worth.

/// What a word of degree adds to the word behind it, or takes from it.
pub(super) const DEGREE: f64 = 0.293;
/// What a word of less adds.
const LESS: f64 = -0.293;
/// What capitals add among small letters.
pub(super) const CAPITALS: f64 = 0.733;
/// What a negation makes of a word: the opposite, weaker.
pub(super) const NEGATION: f64 = -0.74;

/// English words that make the next word stronger.
const STRONGER: &[&str] = &[
    "absolutely",
    "amazingly",
    "awfully",
    "completely",
    "considerable",
    "considerably",
    "decidedly",
    "deeply",
    "effing",
    "enormous",
    "enormously",
    "entirely",
    "especially",
    "exceptional",
    "exceptionally",
    "extreme",
    "extremely",
    "fabulously",
    "flipping",
    "flippin",
    "frackin",
    "fracking",
    "fricking",
    "frickin",
    "frigging",
    "friggin",
    "fully",
    "fuckin",
    "fucking",
    "fuggin",
    "fugging",
    "greatly",
    "hella",
    "highly",
    "hugely",
    "incredible",
    "incredibly",
    "intensely",
    "major",
    "majorly",
    "more",
    "most",
    "particularly",
    "purely",
    "quite",
    "really",
    "remarkably",
    "so",
    "substantially",
    "thoroughly",
    "total",
    "totally",
    "tremendous",
    "tremendously",
    "uber",
    "unbelievably",
    "unusually",
    "utter",
    "utterly",
    "very",
];

/// English words that make the next word weaker.
const WEAKER: &[&str] = &[
    "almost",
    "barely",
    "hardly",
    "just enough",
    "kind of",
    "kinda",
    "kindof",
    "kind-of",
    "less",
    "little",
    "marginal",
    "marginally",
    "occasional",
    "occasionally",
    "partly",
    "scarce",
    "scarcely",
    "slight",
    "slightly",
    "somewhat",
    "sort of",
    "sorta",
    "sortof",
    "sort-of",
];

/// Indonesian words that make the next word stronger.
const LEBIH: &[&str] = &[
    "sangat",
    "amat",
    "sungguh",
    "benar-benar",
    "bener-bener",
    "bener2",
    "benar2",
    "paling",
    "super",
    "terlalu",
    "lebih",
];

/// Indonesian words that make the next word weaker.
const AGAK: &[&str] = &["agak", "sedikit", "cukup", "rada", "hampir"];

/// Indonesian words that make the word before them stronger.
const SEKALI: &[&str] = &["sekali", "banget", "bgt", "bangett", "bngt", "pisan", "abis", "polll", "pol"];

/// English words that turn what follows into its opposite; so does every word with `n't` in it.
const NOT: &[&str] = &[
    "aint", "arent", "cannot", "cant", "couldnt", "darent", "didnt", "doesnt", "dont", "hadnt", "hasnt", "havent",
    "isnt", "mightnt", "mustnt", "neither", "neednt", "never", "none", "nope", "nor", "not", "nothing", "nowhere",
    "oughtnt", "shant", "shouldnt", "uhuh", "uh-uh", "wasnt", "werent", "without", "wont", "wouldnt", "rarely",
    "seldom", "despite",
];

/// The same in Indonesian: of the next word that is worth something, and of none in another phrase. Writers say it anew of each
/// word that they mean ("tidak bagus, tidak nyaman").
const TIDAK: &[&str] = &[
    "tidak", "tdk", "tak", "bukan", "jangan", "jgn", "kurang", "krg", "belum", "blm", "tanpa", "ga", "gak", "gk",
    "nggak", "ngga", "enggak", "engga", "ndak", "kagak", "gada", "tiada",
];

/// Indonesian words that begin another phrase, which what was denied before is not about.
const DAN: &[&str] = &[
    "dan",
    "dn",
    "serta",
    "&",
    "tapi",
    "tetapi",
    "tp",
    "namun",
    "melainkan",
    "malah",
    "sedangkan",
    "padahal",
    "karena",
    "karna",
    "krn",
    "sebab",
    "sehingga",
    "jadi",
    "makanya",
    "walau",
    "walaupun",
    "meski",
    "meskipun",
    "lalu",
    "kemudian",
    "sayangnya",
    "untungnya",
];

/// Words after which something else is meant than before.
const BUT: &[&str] = &["but", "tapi", "tetapi", "tp", "namun", "sayangnya"];

/// What some words are worth together.
const IDIOMS: &[(&str, f64)] = &[
    ("the shit", 3.0),
    ("the bomb", 3.0),
    ("bad ass", 1.5),
    ("badass", 1.5),
    ("bus stop", 0.0),
    ("yeah right", -2.0),
    ("kiss of death", -1.5),
    ("to die for", 3.0),
    ("beating heart", 3.5),
];

/// What a word, or two, adds to a good word that stands behind.
pub(super) fn degree(word: &str) -> Option<f64> {
    if STRONGER.contains(&word) || LEBIH.contains(&word) {
        Some(DEGREE)
    } else if WEAKER.contains(&word) || AGAK.contains(&word) {
        Some(LESS)
    } else {
        None
    }
}

/// Whether a word makes the one before it stronger.
pub(super) fn strengthens_before(word: &str) -> bool {
    SEKALI.contains(&word)
}

/// Whether an English word turns what follows into its opposite.
pub(super) fn negates(word: &str) -> bool {
    NOT.contains(&word) || word.contains("n't")
}

/// Whether an Indonesian word turns what follows in its phrase into its opposite.
pub(super) fn negates_in_phrase(word: &str) -> bool {
    TIDAK.contains(&word)
}

/// Whether an Indonesian word begins another phrase.
pub(super) fn begins_phrase(word: &str) -> bool {
    DAN.contains(&word)
}

/// Whether what follows counts more than what was said before.
pub(super) fn contrasts(word: &str) -> bool {
    BUT.contains(&word)
}

/// What words are worth together, if they mean something else than each by itself.
pub(super) fn idiom(words: &[String]) -> Option<f64> {
    let phrase = words.join(" ");
    IDIOMS.iter().find(|(idiom, _)| *idiom == phrase).map(|(_, worth)| *worth)
}
