//! One cell: kept from being a formula, and amounts of money as people write them.

use kernel::{Currency, Money};

use crate::bounds::HIGHEST_PRICE;

/// What stands before a text that a spreadsheet would compute.
const GUARD: char = '\'';
/// What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// What parts columns or rows somewhere.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

/// The text with a `'` before what a spreadsheet would compute: at its beginning, and behind whatever parts columns in some
/// country. Also before a `'` that would be taken for ours, so that [`unguarded`] gives back every text as it was.
pub(crate) fn guarded(text: &str) -> String {
    let (mut out, mut begins) = (String::with_capacity(text.len()), true);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        if begins && (FORMULA.contains(&letter) || (letter == GUARD && next.is_some_and(is_guarded))) {
            out.push(GUARD);
        }
        out.push(letter);
        begins = begins_behind(letter, begins);
    }
    out
}

/// The text that [`guarded`] made this of. One that nobody guarded is hardly ever changed: `'tis` stays.
pub(crate) fn unguarded(text: &str) -> String {
    let (mut out, mut begins) = (String::with_capacity(text.len()), true);
    let mut letters = text.chars().peekable();
    while let Some(mut letter) = letters.next() {
        if begins && letter == GUARD {
            letter = letters.next_if(|next| is_guarded(*next)).unwrap_or(letter);
        }
        out.push(letter);
        begins = begins_behind(letter, begins);
    }
    out
}

fn is_guarded(letter: char) -> bool {
    letter == GUARD || FORMULA.contains(&letter)
}

/// Whether what stands behind the letter is a beginning too.
fn begins_behind(letter: char, begins: bool) -> bool {
    SEPARATORS.contains(&letter) || (begins && letter == ' ')
}

/// `9.50` for 950 cents, `120000` for as many rupiah.
pub(crate) fn amount_text(money: Money) -> String {
    let places = usize::from(money.currency().exponent());
    let digits = format!("{:0>width$}", money.minor(), width = places + 1);
    match digits.len().checked_sub(places).and_then(|at| digits.split_at_checked(at)) {
        Some((whole, part)) if !part.is_empty() => format!("{whole}.{part}"),
        Some(_) | None => digits,
    }
}

/// An amount as [`amount_text`] writes it, or with fewer decimals; `None` for any other text, one with more decimals than the
/// currency has among them, so that `120.000` is never taken for 120 rupiah.
pub(crate) fn amount(text: &str, currency: Currency) -> Option<Money> {
    let places = usize::from(currency.exponent());
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) || part.len() > places {
        return None;
    }
    if text.contains('.') && part.is_empty() {
        return None;
    }
    let minor: i64 = format!("{whole}{part:0<places$}").parse().ok()?;
    (minor <= HIGHEST_PRICE).then_some(Money::new(minor, currency))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_that_is_written_computes() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+62", "'+62"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("  =1", "  '=1"),
            ("a;=1", "a;'=1"),
            ("a\n- b", "a\n'- b"),
            ("'=1", "''=1"),
            ("''", "'''"),
            ("'tis", "'tis"),
            ("a - b = c", "a - b = c"),
        ] {
            assert_eq!(guarded(text), written);
            assert_eq!(unguarded(written), text);
        }
        assert_eq!(unguarded("'tis the season"), "'tis the season");
    }

    #[test]
    fn amounts_are_written_as_people_write_them() {
        let idr = |minor| Money::new(minor, Currency::IDR);
        let usd = |minor| Money::new(minor, Currency::USD);
        for (money, text) in [
            (idr(0), "0"),
            (idr(120_000), "120000"),
            (usd(0), "0.00"),
            (usd(5), "0.05"),
            (usd(950), "9.50"),
            (usd(HIGHEST_PRICE), "10000000000.00"),
        ] {
            assert_eq!(amount_text(money), text);
            assert_eq!(amount(text, money.currency()), Some(money), "{text}");
        }
        assert_eq!((amount("9.5", Currency::USD), amount("9", Currency::USD)), (Some(usd(950)), Some(usd(900))));
        for bad in
            ["", ".", "9.", ".5", "-1", "+1", "1e3", "1,5", "9.505", "1 000", "10000000000.01", "99999999999999999999"]
        {
            assert_eq!(amount(bad, Currency::USD), None, "{bad}");
        }
        assert_eq!(amount("120.000", Currency::IDR), None, "a hundred and twenty thousand, or a hundred and twenty?");
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in r"['=+@; \n\t\-a]{0,12}") {
            prop_assert_eq!(unguarded(&guarded(&text)), text);
        }

        #[test]
        fn every_amount_comes_back(minor in 0..=HIGHEST_PRICE, code in prop::sample::select(vec!["IDR", "USD", "KWD"])) {
            let money = Money::new(minor, code.parse().unwrap());
            prop_assert_eq!(amount(&amount_text(money), money.currency()), Some(money));
        }
    }
}
