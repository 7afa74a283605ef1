//! Colours as screens and printers mix them, and how well one can be read on another, without floats.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A colour: `#rrggbb`, in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(description = "A colour", value_type = String, pattern = "^#[0-9A-Fa-f]{6}$", example = "#1a6b54")]
pub struct Color([u8; 3]);

/// The text is no colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a colour as # and six hexadecimal digits, such as #1a6b54")]
pub struct ColorError;

/// One, in the parts that [`LINEAR`] counts.
const WHOLE: u32 = 100_000;

/// The light of a channel from 0 to 255, in hundred-thousandths: the transfer function of sRGB (IEC 61966-2-1), rounded.
const LINEAR: [u32; 256] = [
    0, 30, 61, 91, 121, 152, 182, 212, 243, 273, 304, 335, 368, 402, 439, 478, 518, 561, 605, 651, 700, 750, 802, 857,
    913, 972, 1033, 1096, 1161, 1229, 1298, 1370, 1444, 1521, 1600, 1681, 1764, 1850, 1938, 2029, 2122, 2217, 2315,
    2416, 2519, 2624, 2732, 2843, 2956, 3071, 3190, 3310, 3434, 3560, 3689, 3820, 3955, 4092, 4231, 4374, 4519, 4667,
    4817, 4971, 5127, 5286, 5448, 5613, 5781, 5951, 6125, 6301, 6480, 6663, 6848, 7036, 7227, 7421, 7619, 7819, 8022,
    8228, 8438, 8650, 8866, 9084, 9306, 9531, 9759, 9990, 10224, 10462, 10702, 10946, 11193, 11444, 11697, 11954,
    12214, 12477, 12744, 13014, 13287, 13563, 13843, 14126, 14413, 14703, 14996, 15293, 15593, 15896, 16203, 16513,
    16827, 17144, 17465, 17789, 18116, 18447, 18782, 19120, 19462, 19807, 20156, 20508, 20864, 21223, 21586, 21953,
    22323, 22697, 23074, 23455, 23840, 24228, 24620, 25016, 25415, 25818, 26225, 26636, 27050, 27468, 27889, 28315,
    28744, 29177, 29614, 30054, 30499, 30947, 31399, 31855, 32314, 32778, 33245, 33716, 34191, 34670, 35153, 35640,
    36131, 36625, 37124, 37626, 38133, 38643, 39157, 39676, 40198, 40724, 41254, 41789, 42327, 42869, 43415, 43966,
    44520, 45079, 45641, 46208, 46778, 47353, 47932, 48515, 49102, 49693, 50289, 50888, 51492, 52100, 52712, 53328,
    53948, 54572, 55201, 55834, 56471, 57112, 57758, 58408, 59062, 59720, 60383, 61050, 61721, 62396, 63076, 63760,
    64448, 65141, 65837, 66539, 67244, 67954, 68669, 69387, 70110, 70838, 71569, 72306, 73046, 73791, 74540, 75294,
    76052, 76815, 77582, 78354, 79130, 79910, 80695, 81485, 82279, 83077, 83880, 84687, 85499, 86316, 87137, 87962,
    88792, 89627, 90466, 91310, 92158, 93011, 93869, 94731, 95597, 96469, 97345, 98225, 99110, WHOLE,
];

/// What 5 % of the light add to both sides of a contrast, by WCAG 2, in the parts of [`Color::luminance`].
const GLARE: u32 = 500 * WHOLE;

impl Color {
    /// Paper.
    pub const WHITE: Self = Self([255; 3]);
    /// Dark letters: nearly black, `#1b1f24`.
    pub const INK: Self = Self([0x1b, 0x1f, 0x24]);
    const BLACK: Self = Self([0; 3]);

    /// The colour of red, green and blue.
    pub const fn of(channels: [u8; 3]) -> Self {
        Self(channels)
    }

    /// Red, green and blue.
    pub const fn channels(self) -> [u8; 3] {
        self.0
    }

    /// The relative luminance of WCAG 2 in 10,000ths of [`WHOLE`]; 0 to 1,000,000,000.
    fn luminance(self) -> u32 {
        let Self([red, green, blue]) = self;
        let light = |channel: u8| LINEAR.get(usize::from(channel)).copied().unwrap_or(WHOLE);
        2_126 * light(red) + 7_152 * light(green) + 722 * light(blue)
    }

    /// The contrast of two colours by WCAG 2 (<https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>) in hundredths, rounded
    /// down: 100 to 2,100. Text is readable from 450 on, large text and lines from 300.
    pub fn contrast(self, other: Self) -> u64 {
        let [one, two] = [self, other].map(|color| u64::from(color.luminance() + GLARE));
        100 * one.max(two) / one.min(two)
    }

    /// The letters that can be read on this colour, white ones where they can. One of the two always has a contrast of 4.5:1
    /// at least.
    pub fn letters(self) -> Self {
        if self.contrast(Self::WHITE) >= READABLE { Self::WHITE } else { Self::BLACK }
    }

    /// This colour as one of letters on white paper; [`Color::INK`] where it is too pale for that.
    pub fn on_paper(self) -> Self {
        if self.contrast(Self::WHITE) >= READABLE { self } else { Self::INK }
    }

    /// Whether lines and large letters in it can be seen on white paper.
    pub fn stands_out_on_paper(self) -> bool {
        self.contrast(Self::WHITE) >= 300
    }
}

/// The least contrast of text to what is behind it, in hundredths.
const READABLE: u64 = 450;

impl FromStr for Color {
    type Err = ColorError;

    fn from_str(text: &str) -> Result<Self, ColorError> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(ColorError)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ColorError);
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).map_err(|_| ColorError)?.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl TryFrom<String> for Color {
    type Error = ColorError;

    fn try_from(text: String) -> Result<Self, ColorError> {
        text.parse()
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([red, green, blue]) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        text.parse().unwrap()
    }

    #[test]
    fn a_colour_is_a_hash_and_six_digits() {
        for (text, read) in [("#1A6B54", "#1a6b54"), ("#000000", "#000000"), ("#ffffff", "#ffffff")] {
            assert_eq!(color(text).to_string(), read);
        }
        for text in ["", "#", "1a6b54", "#1a6b5", "#1a6b544", "#1a6b5g", "#+a6b54", "red", "#é6b54"] {
            assert_eq!(text.parse::<Color>(), Err(ColorError), "{text}");
        }
    }

    #[test]
    fn white_is_whole_and_black_is_nothing() {
        assert_eq!((Color([0; 3]).luminance(), Color::WHITE.luminance()), (0, 10_000 * WHOLE));
        assert!(LINEAR.is_sorted());
        assert_eq!((Color::WHITE.contrast(Color::BLACK), Color::WHITE.contrast(Color::WHITE)), (2_100, 100));
    }

    #[test]
    fn contrasts_are_those_of_the_formula() {
        // By the formula of WCAG: 3.03 and 2.995; 8.31, 6.41, 4.00; 2.15, 1.32; 4.54 and 4.48.
        let cases = [
            ("#949494", 303),
            ("#959595", 299),
            ("#1f4e8c", 830),
            ("#1a6b54", 641),
            ("#ff0000", 399),
            ("#f59e0b", 214),
        ];
        for (text, contrast) in cases {
            let found = color(text).contrast(Color::WHITE);
            assert!(found.abs_diff(contrast) <= 2, "{text} {found}");
            assert_eq!(color(text).stands_out_on_paper(), contrast >= 300, "{text}");
        }
        assert_eq!((color("#767676").letters(), color("#777777").letters()), (Color::WHITE, Color::BLACK));
    }

    #[test]
    fn letters_can_be_read_on_every_colour() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let color = Color([red, green, blue]);
                    assert!(color.contrast(color.letters()) >= READABLE, "{color}");
                    assert!(color.on_paper().contrast(Color::WHITE) >= READABLE, "{color}");
                }
            }
        }
    }
}
