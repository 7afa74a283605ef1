//! A model as an object of the store. Every read is checked: an object that was cut short or changed is a fault, and no panic.
//!
//! `RKRM`, the version, how many products; their ids, 16 bytes each; of each its neighbours, then of each what it was bought with, then
//! what is popular: how many, and of each its place and its score, 4 bytes each; last the CRC-32 of all before. Numbers are little-endian.

use kernel::ProductId;
use ulid::Ulid;

use crate::{Model, Neighbour};

const MAGIC: &[u8; 4] = b"RKRM";
const VERSION: u32 = 1;

/// Why bytes are no model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no model of recommendations: {0}")]
pub struct BrokenModel(&'static str);

const CUT: BrokenModel = BrokenModel("they end too early");

impl Model {
    /// The object.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(VERSION.to_le_bytes());
        put_count(&mut out, self.products.len());
        for product in &self.products {
            out.extend(u128::from(product.ulid()).to_le_bytes());
        }
        for place in 0..self.products.len() {
            put_list(&mut out, self.near.get(place).map(Vec::as_slice).unwrap_or_default());
        }
        for place in 0..self.products.len() {
            put_list(&mut out, self.together.get(place).map(Vec::as_slice).unwrap_or_default());
        }
        put_list(&mut out, &self.popular);
        let sum = crc32fast::hash(&out);
        out.extend(sum.to_le_bytes());
        out
    }

    /// The model of an object.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BrokenModel> {
        let (body, sum) = bytes.split_last_chunk::<4>().ok_or(CUT)?;
        if crc32fast::hash(body) != u32::from_le_bytes(*sum) {
            return Err(BrokenModel("their sum is another one"));
        }
        let mut left = Left(body);
        if &left.some::<4>()? != MAGIC || left.count()? != VERSION as usize {
            return Err(BrokenModel("they are of another kind or version"));
        }
        let count = left.count()?;
        let mut products = Vec::new();
        for _ in 0..count {
            products.push(ProductId::new(Ulid::from(u128::from_le_bytes(left.some()?))));
        }
        if !products.is_sorted_by(|a, b| a < b) {
            return Err(BrokenModel("the products are not in order"));
        }
        let near = (0..count).map(|_| left.list(count)).collect::<Result<_, _>>()?;
        let together = (0..count).map(|_| left.list(count)).collect::<Result<_, _>>()?;
        let popular = left.list(count)?;
        if left.0.is_empty() {
            Ok(Self { products, near, together, popular })
        } else {
            Err(BrokenModel("there are more than there should be"))
        }
    }
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    out.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn put_list(out: &mut Vec<u8>, list: &[Neighbour]) {
    put_count(out, list.len());
    for near in list {
        out.extend(near.product.to_le_bytes());
        out.extend(near.score.to_le_bytes());
    }
}

/// What is left to be read.
struct Left<'a>(&'a [u8]);

impl Left<'_> {
    fn some<const N: usize>(&mut self) -> Result<[u8; N], BrokenModel> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(CUT)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn count(&mut self) -> Result<usize, BrokenModel> {
        Ok(u32::from_le_bytes(self.some()?) as usize)
    }

    fn list(&mut self, products: usize) -> Result<Vec<Neighbour>, BrokenModel> {
        let count = self.count()?;
        let mut list = Vec::new();
        for _ in 0..count {
            let (product, score) = (u32::from_le_bytes(self.some()?), f32::from_le_bytes(self.some()?));
            if product as usize >= products || !score.is_finite() {
                return Err(BrokenModel("a neighbour is not there"));
            }
            list.push(Neighbour { product, score });
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Model {
        let near = |product, score| vec![Neighbour { product, score }];
        let products = [1_u128, 2].map(|id| ProductId::new(Ulid::from(id))).to_vec();
        Model {
            products,
            near: vec![near(1, 0.5), near(0, 0.5)],
            together: vec![Vec::new(), near(0, 0.25)],
            popular: near(1, 3.0),
        }
    }

    #[test]
    fn a_model_is_read_as_it_was_written() {
        assert_eq!(Model::from_bytes(&model().to_bytes()), Ok(model()));
        assert_eq!(Model::from_bytes(&Model::default().to_bytes()), Ok(Model::default()));
    }

    #[test]
    fn bytes_that_were_cut_or_changed_are_refused() {
        let bytes = model().to_bytes();
        for length in 0..bytes.len() {
            assert!(Model::from_bytes(&bytes[..length]).is_err(), "{length}");
        }
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(Model::from_bytes(&changed).is_err(), "{place}");
        }
        let summed = |mut body: Vec<u8>| {
            body.truncate(body.len() - 4);
            body.push(0);
            let sum = crc32fast::hash(&body);
            body.extend(sum.to_le_bytes());
            body
        };
        assert!(Model::from_bytes(&summed(bytes)).is_err());
        let beyond = Model { popular: vec![Neighbour { product: 9, score: 1.0 }], ..model() };
        assert!(Model::from_bytes(&beyond.to_bytes()).is_err());
    }
}
