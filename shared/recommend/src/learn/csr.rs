//! A matrix of mostly nothing, row by row.

/// A sparse matrix: of each row the columns that have something, and what.
#[derive(Clone, Debug, PartialEq)]
pub struct Csr {
    /// Where each row begins, and behind the last one where it ends.
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f64>,
    width: usize,
}

impl Csr {
    /// Of triples of row, column and value, which come row by row and in each row column by column. Rows that nothing is in are
    /// empty; what is beyond `height` or `width` is left out.
    pub fn of(height: usize, width: usize, triples: impl IntoIterator<Item = (u32, u32, f64)>) -> Self {
        let (mut starts, mut columns, mut values) = (vec![0_usize], Vec::new(), Vec::new());
        for (row, column, value) in triples {
            let (row, is_within) = (row as usize, (column as usize) < width);
            if row >= height || !is_within || row + 1 < starts.len() {
                continue;
            }
            while starts.len() <= row {
                starts.push(columns.len());
            }
            columns.push(column);
            values.push(value);
        }
        while starts.len() <= height {
            starts.push(columns.len());
        }
        Self { starts, columns, values, width }
    }

    /// How many rows.
    pub fn height(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many columns.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// How many values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The columns and values of a row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (u32, f64)> + Clone + '_ {
        let start = self.starts.get(row).copied().unwrap_or_default();
        let end = self.starts.get(row + 1).copied().unwrap_or(start);
        let columns = self.columns.get(start..end).unwrap_or_default();
        let values = self.values.get(start..end).unwrap_or_default();
        columns.iter().copied().zip(values.iter().copied())
    }

    /// Row, column and value of all.
    pub fn all(&self) -> impl Iterator<Item = (usize, u32, f64)> + '_ {
        (0..self.height()).flat_map(|row| self.row(row).map(move |(column, value)| (row, column, value)))
    }

    /// The same with other values.
    #[must_use]
    pub fn mapped(&self, value: impl Fn(usize, u32, f64) -> f64) -> Self {
        let values = self.all().map(|(row, column, old)| value(row, column, old)).collect();
        Self { starts: self.starts.clone(), columns: self.columns.clone(), values, width: self.width }
    }

    /// With rows for columns.
    #[must_use]
    pub fn turned(&self) -> Self {
        let mut triples: Vec<(u32, u32, f64)> =
            self.all().map(|(row, column, value)| (column, u32::try_from(row).unwrap_or(u32::MAX), value)).collect();
        triples.sort_by_key(|(row, column, _)| (*row, *column));
        Self::of(self.width, self.height(), triples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_turned_and_back() {
        let matrix = Csr::of(4, 3, [(0, 1, 1.0), (2, 0, 2.0), (2, 2, 3.0)]);
        assert_eq!((matrix.height(), matrix.width(), matrix.len()), (4, 3, 3));
        assert_eq!(matrix.row(1).count() + matrix.row(3).count() + matrix.row(9).count(), 0);
        let turned = matrix.turned();
        assert_eq!(turned.row(2).collect::<Vec<_>>(), [(2, 3.0)]);
        assert_eq!(turned.turned(), matrix);
    }

    #[test]
    fn what_is_beyond_the_edges_is_left_out() {
        assert_eq!(Csr::of(1, 1, [(0, 0, 1.0), (0, 5, 1.0), (7, 0, 1.0)]).len(), 1);
    }
}
