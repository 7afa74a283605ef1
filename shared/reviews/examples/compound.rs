//! Prints the mood of each line of standard input in ten-thousandths: `cargo run -p reviews --example compound < sentences.txt`.
#![expect(clippy::print_stdout, reason = "it is what this program is for")]

use std::io::{self, BufRead};

fn main() -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        println!("{}", reviews::Sentiment::of(&line?).ten_thousandths());
    }
    Ok(())
}
