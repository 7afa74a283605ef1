//! Amounts in words (terbilang), as a receipt names them.

use kernel::{Locale, Money};

const ENGLISH: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const ENGLISH_TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const INDONESIAN: [&str; 12] =
    ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"];
/// The names of a thousand's powers, largest first.
const SCALES: [(u64, &str, &str); 6] = [
    (1_000_000_000_000_000_000, "quintillion", "kuintiliun"),
    (1_000_000_000_000_000, "quadrillion", "kuadriliun"),
    (1_000_000_000_000, "trillion", "triliun"),
    (1_000_000_000, "billion", "miliar"),
    (1_000_000, "million", "juta"),
    (1_000, "thousand", "ribu"),
];

/// `lima ratus delapan puluh satu ribu enam ratus empat puluh rupiah`, `nine US dollars and ninety-nine cents`. A currency
/// without a name here keeps its code, and its minor units are digits.
pub(crate) fn spelled(amount: Money, language: Locale) -> String {
    let exponent = u32::from(amount.currency().exponent());
    let unit = 10_u64.pow(exponent);
    let minor = amount.minor().unsigned_abs();
    let (whole, rest) = (minor / unit, minor % unit);
    let major = cardinal(whole, language);
    let minus = if amount.is_negative() { "minus " } else { "" };
    let code = amount.currency();
    let said = match (code.code(), language) {
        ("IDR", _) => format!("{major} rupiah"),
        ("USD" | "SGD", Locale::En) => {
            let name = if code.code() == "USD" { "US dollar" } else { "Singapore dollar" };
            let cents = (rest > 0).then(|| format!(" and {} {}", cardinal(rest, language), plural("cent", rest)));
            format!("{major} {}{}", plural(name, whole), cents.unwrap_or_default())
        }
        ("USD" | "SGD", Locale::Id) => {
            let name = if code.code() == "USD" { "dolar Amerika Serikat" } else { "dolar Singapura" };
            let cents = (rest > 0).then(|| format!(" {} sen", cardinal(rest, language)));
            format!("{major} {name}{}", cents.unwrap_or_default())
        }
        (code, _) if exponent == 0 => format!("{major} {code}"),
        (code, _) => {
            let width = usize::try_from(exponent).unwrap_or_default();
            let and = match language {
                Locale::En => "and",
                Locale::Id => "dan",
            };
            format!("{major} {and} {rest:0>width$}/{unit} {code}")
        }
    };
    format!("{minus}{said}")
}

fn plural(name: &str, count: u64) -> String {
    if count == 1 { name.to_owned() } else { format!("{name}s") }
}

/// A number in words.
fn cardinal(number: u64, language: Locale) -> String {
    match language {
        Locale::En => english(number),
        Locale::Id => indonesian(number),
    }
}

fn english(number: u64) -> String {
    if let Some((size, name, _)) = SCALES.iter().find(|(size, _, _)| number >= *size) {
        let (many, rest) = (english(number / size), number % size);
        return match rest {
            0 => format!("{many} {name}"),
            1..100 => format!("{many} {name} and {}", english(rest)),
            _ => format!("{many} {name} {}", english(rest)),
        };
    }
    match number {
        100.. => {
            let hundreds = format!("{} hundred", word(&ENGLISH, number / 100));
            if number.is_multiple_of(100) { hundreds } else { format!("{hundreds} and {}", english(number % 100)) }
        }
        20.. => {
            let tens = word(&ENGLISH_TENS, number / 10);
            if number.is_multiple_of(10) { tens.to_owned() } else { format!("{tens}-{}", word(&ENGLISH, number % 10)) }
        }
        _ => word(&ENGLISH, number).to_owned(),
    }
}

fn indonesian(number: u64) -> String {
    let followed = |before: String, rest: u64| {
        if rest == 0 { before } else { format!("{before} {}", indonesian(rest)) }
    };
    // One hundred and one thousand are one word each, with `se-` for the one; one million is not.
    if (1_000..2_000).contains(&number) {
        return followed("seribu".to_owned(), number - 1_000);
    }
    if let Some((size, _, name)) = SCALES.iter().find(|(size, _, _)| number >= *size) {
        return followed(format!("{} {name}", indonesian(number / size)), number % size);
    }
    match number {
        200.. => followed(format!("{} ratus", word(&INDONESIAN, number / 100)), number % 100),
        100.. => followed("seratus".to_owned(), number - 100),
        20.. => followed(format!("{} puluh", word(&INDONESIAN, number / 10)), number % 10),
        12.. => format!("{} belas", word(&INDONESIAN, number - 10)),
        _ => word(&INDONESIAN, number).to_owned(),
    }
}

fn word(words: &[&'static str], index: u64) -> &'static str {
    usize::try_from(index).ok().and_then(|index| words.get(index)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rupiah(minor: i64, language: Locale) -> String {
        spelled(Money::new(minor, "IDR".parse().unwrap()), language)
    }

    #[test]
    fn rupiah_are_spelled_as_on_a_kwitansi() {
        for (amount, words) in [
            (0, "nol"),
            (11, "sebelas"),
            (19, "sembilan belas"),
            (20, "dua puluh"),
            (100, "seratus"),
            (111, "seratus sebelas"),
            (219, "dua ratus sembilan belas"),
            (1_000, "seribu"),
            (1_100, "seribu seratus"),
            (11_000, "sebelas ribu"),
            (100_000, "seratus ribu"),
            (101_001, "seratus satu ribu satu"),
            (581_640, "lima ratus delapan puluh satu ribu enam ratus empat puluh"),
            (1_000_000, "satu juta"),
            (1_001_000, "satu juta seribu"),
            (5_550_000, "lima juta lima ratus lima puluh ribu"),
            (2_000_000_001, "dua miliar satu"),
            (411_111_206_160, "empat ratus sebelas miliar seratus sebelas juta dua ratus enam ribu seratus enam puluh"),
            (1_000_000_000_000, "satu triliun"),
        ] {
            assert_eq!(rupiah(amount, Locale::Id), format!("{words} rupiah"));
        }
    }

    #[test]
    fn english_amounts_say_and_before_the_last_part() {
        for (amount, words) in [
            (1, "one"),
            (42, "forty-two"),
            (110, "one hundred and ten"),
            (1_005, "one thousand and five"),
            (581_640, "five hundred and eighty-one thousand six hundred and forty"),
            (1_000_000, "one million"),
            (
                i64::MIN,
                "minus nine quintillion two hundred and twenty-three quadrillion three hundred and seventy-two trillion thirty-six billion eight hundred and fifty-four million seven hundred and seventy-five thousand eight hundred and eight",
            ),
        ] {
            assert_eq!(rupiah(amount, Locale::En), format!("{words} rupiah"));
        }
    }

    #[test]
    fn dollars_have_cents_and_other_money_keeps_its_code() {
        let said = |minor, code: &str, language| spelled(Money::new(minor, code.parse().unwrap()), language);
        assert_eq!(said(999, "USD", Locale::En), "nine US dollars and ninety-nine cents");
        assert_eq!(said(101, "USD", Locale::En), "one US dollar and one cent");
        assert_eq!(
            said(3_499, "USD", Locale::Id),
            "tiga puluh empat dolar Amerika Serikat sembilan puluh sembilan sen"
        );
        assert_eq!(said(200, "SGD", Locale::Id), "dua dolar Singapura");
        assert_eq!(said(1_205, "EUR", Locale::En), "twelve and 05/100 EUR");
        assert_eq!(said(1_200, "JPY", Locale::Id), "seribu dua ratus JPY");
    }

    /// Reads Indonesian words back, one by one.
    fn read(words: &str) -> u64 {
        let (mut total, mut below, mut digit) = (0, 0, 0);
        for one in words.split(' ') {
            let place = INDONESIAN.iter().position(|known| *known == one).map(|place| place as u64);
            match (one, place) {
                (_, Some(place)) => digit = place,
                ("belas", _) => digit += 10,
                ("puluh", _) => (below, digit) = (below + digit * 10, 0),
                ("ratus", _) => (below, digit) = (below + digit * 100, 0),
                ("seratus", _) => below += 100,
                ("seribu", _) => total += 1_000,
                _ => {
                    let (size, ..) = SCALES.iter().find(|(_, _, name)| *name == one).unwrap();
                    total += (below + digit) * size;
                    (below, digit) = (0, 0);
                }
            }
        }
        total + below + digit
    }

    #[test]
    fn words_say_the_number_again() {
        let mut number: u64 = 7;
        for _ in 0..20_000 {
            // Every length of digits is met, and every residue.
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = number >> (number % 63);
            assert_eq!(read(&indonesian(number)), number, "{}", indonesian(number));
        }
    }
}
