//! A calculator for agents: decimal numbers with six decimals, `+ - * /` and brackets.

/// How deep brackets go, and how long an expression is.
const DEEPEST: u8 = 32;
const LONGEST: usize = 500;
const ONE: i128 = 1_000_000;
/// The largest result, in millionths.
const MOST: i128 = 1_000_000_000_000_000 * ONE;

/// Why an expression has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalculatorError {
    /// It is no expression.
    #[error("this is no expression of numbers, + - * / and brackets")]
    Syntax,
    /// Something is divided by zero.
    #[error("nothing can be divided by zero")]
    ByZero,
    /// It is too large, or too long.
    #[error("the numbers, or the expression, are too large")]
    TooLarge,
}

struct Parser<'a> {
    rest: &'a [u8],
    depth: u8,
}

/// What an expression comes to, written with the decimals that it has, six at most. Products and quotients are rounded towards zero.
///
/// # Errors
/// It has no result.
pub fn calculate(expression: &str) -> Result<String, CalculatorError> {
    if expression.len() > LONGEST {
        return Err(CalculatorError::TooLarge);
    }
    let mut parser = Parser { rest: expression.as_bytes(), depth: 0 };
    let result = parser.sum()?;
    if parser.peek().is_some() { Err(CalculatorError::Syntax) } else { Ok(written(result)) }
}

fn written(millionths: i128) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, rest) = (millionths.abs() / ONE, millionths.abs() % ONE);
    if rest == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{}", format!("{rest:06}").trim_end_matches('0'))
    }
}

fn bounded(number: Option<i128>) -> Result<i128, CalculatorError> {
    number.filter(|number| number.abs() <= MOST).ok_or(CalculatorError::TooLarge)
}

impl Parser<'_> {
    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.first().copied()
    }

    fn take(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn sum(&mut self) -> Result<i128, CalculatorError> {
        let mut sum = self.product()?;
        while let Some(sign @ (b'+' | b'-')) = self.peek() {
            self.take();
            let next = self.product()?;
            sum = bounded(if sign == b'+' { sum.checked_add(next) } else { sum.checked_sub(next) })?;
        }
        Ok(sum)
    }

    fn product(&mut self) -> Result<i128, CalculatorError> {
        let mut product = self.number()?;
        while let Some(sign @ (b'*' | b'/')) = self.peek() {
            self.take();
            let next = self.number()?;
            product = if sign == b'*' {
                bounded(product.checked_mul(next).map(|product| product / ONE))?
            } else if next == 0 {
                return Err(CalculatorError::ByZero);
            } else {
                bounded(product.checked_mul(ONE).and_then(|product| product.checked_div(next)))?
            };
        }
        Ok(product)
    }

    fn number(&mut self) -> Result<i128, CalculatorError> {
        match self.peek() {
            Some(sign @ (b'-' | b'+' | b'(')) => {
                self.take();
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(CalculatorError::TooLarge);
                }
                let number = if sign == b'(' { self.sum()? } else { self.number()? };
                self.depth -= 1;
                match (sign, self.peek()) {
                    (b'(', Some(b')')) => self.take(),
                    (b'(', _) => return Err(CalculatorError::Syntax),
                    (_, _) => {}
                }
                Ok(if sign == b'-' { -number } else { number })
            }
            Some(_) | None => self.digits(),
        }
    }

    fn digits(&mut self) -> Result<i128, CalculatorError> {
        let (mut number, mut decimals, mut seen) = (0_i128, None, false);
        while let Some(byte @ (b'0'..=b'9' | b'.')) = self.rest.first().copied() {
            self.take();
            match (byte, decimals) {
                (b'.', None) => decimals = Some(0_u32),
                (b'.', Some(_)) => return Err(CalculatorError::Syntax),
                // More decimals than there are count for nothing.
                (_, Some(6)) => seen = true,
                (digit, _) => {
                    number = bounded(number.checked_mul(10).map(|number| number + i128::from(digit - b'0')))?;
                    decimals = decimals.map(|count| count + 1);
                    seen = true;
                }
            }
        }
        if !seen {
            return Err(CalculatorError::Syntax);
        }
        bounded(10_i128.checked_pow(6 - decimals.unwrap_or(0).min(6)).and_then(|scale| number.checked_mul(scale)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn expressions_come_to_what_they_say() {
        for (expression, result) in [
            ("1 + 2 * 3", "7"),
            ("(1.5 + 2) * 3", "10.5"),
            ("-(2 - 5) / 4", "0.75"),
            ("1 / 3", "0.333333"),
            ("-1/3", "-0.333333"),
            ("2 * -3", "-6"),
            ("0.1 + 0.2", "0.3"),
            (".5 * 4.", "2"),
            ("1000000000000000", "1000000000000000"),
            ("0.00000019", "0"),
        ] {
            assert_eq!(calculate(expression).as_deref(), Ok(result), "{expression}");
        }
        for (expression, error) in [
            ("", CalculatorError::Syntax),
            ("1 +", CalculatorError::Syntax),
            ("1 2", CalculatorError::Syntax),
            ("(1", CalculatorError::Syntax),
            ("1..2", CalculatorError::Syntax),
            ("rm -rf", CalculatorError::Syntax),
            ("1 / (2 - 2)", CalculatorError::ByZero),
            ("1000000000 * 1000000000", CalculatorError::TooLarge),
            ("99999999999999999999999999999999999999999", CalculatorError::TooLarge),
        ] {
            assert_eq!(calculate(expression), Err(error), "{expression}");
        }
        assert_eq!(calculate(&"(".repeat(400)), Err(CalculatorError::TooLarge));
        assert_eq!(calculate(&"1+".repeat(400)), Err(CalculatorError::TooLarge));
    }

    proptest! {
        #[test]
        fn whatever_is_asked_is_answered(text in "[-+*/(). 0-9a-z]{0,60}") {
            let _answered = calculate(&text);
        }

        #[test]
        fn sums_are_exact(one in -1_000_000_000_i64..1_000_000_000, other in -1_000_000_000_i64..1_000_000_000) {
            prop_assert_eq!(calculate(&format!("{one} + ({other})")), Ok((one + other).to_string()));
        }
    }
}
