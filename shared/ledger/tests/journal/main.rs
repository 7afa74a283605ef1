//! The journal on the real table code.

#[cfg(test)]
mod books;
