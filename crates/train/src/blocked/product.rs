//! The one matrix product of a training step, in blocks that fit a SIMD unit's registers.
//!
//! `C += A^T B` for four rows and eight columns of `C`: eight registers of four floats, each of
//! which gets a product for every row of `A` and `B`. Both are packed, so that the loop reads them
//! from front to back. In WebAssembly it runs at the pace of the multiplications and additions alone.

/// Columns side by side: two registers of four floats.
pub const LANES: usize = 8;

/// Rows side by side.
pub const ROWS: usize = 4;

/// A row of `B` or of `C`.
pub type Lanes = [f32; LANES];

/// A row of `A`.
pub type Four = [f32; ROWS];

/// A piece of `C`.
pub type Tile = [Lanes; ROWS];

/// Where a sum begins.
pub const ZERO: Tile = [[0.0; LANES]; ROWS];

/// `tile + A^T B`, as far as both reach; the rows are added in their order.
#[inline(always)]
pub fn add_product(mut tile: Tile, a: &[Four], b: &[Lanes]) -> Tile {
    // Equal lengths, said once, spare the loop its bounds checks.
    let rows = a.len().min(b.len());
    let (a, b) = (&a[..rows], &b[..rows]);
    for k in 0..rows {
        for row in 0..ROWS {
            for lane in 0..LANES {
                tile[row][lane] += a[k][row] * b[k][lane];
            }
        }
    }
    tile
}

/// Adds to each row a number of its own.
#[inline(always)]
pub fn shifted(mut tile: Tile, by: &Four) -> Tile {
    for (row, by) in tile.iter_mut().zip(by) {
        for lane in row {
            *lane += by;
        }
    }
    tile
}

/// Element by element.
#[inline(always)]
pub fn scaled(mut tile: Tile, factors: &Tile) -> Tile {
    for row in 0..ROWS {
        for lane in 0..LANES {
            tile[row][lane] *= factors[row][lane];
        }
    }
    tile
}

/// Columns as rows.
#[inline(always)]
pub fn transpose<const N: usize, const M: usize>(
    rows: &[[f32; M]; N],
    columns: &mut [[f32; N]; M],
) {
    for column in 0..M {
        for row in 0..N {
            columns[column][row] = rows[row][column];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition, in double precision; small integers make it exact.
    #[test]
    fn a_product_is_the_sum_of_its_terms() {
        let number = |i: usize| ((i * 37) % 11) as f32 - 5.0;
        let a: Vec<Four> = (0..9)
            .map(|k| core::array::from_fn(|r| number(k * 4 + r)))
            .collect();
        let b: Vec<Lanes> = (0..9)
            .map(|k| core::array::from_fn(|l| number(100 + k * 8 + l)))
            .collect();
        let start = [[0.5; LANES]; ROWS];
        let tile = add_product(start, &a, &b);
        for row in 0..ROWS {
            for lane in 0..LANES {
                let terms = (0..9).map(|k| f64::from(a[k][row]) * f64::from(b[k][lane]));
                assert_eq!(f64::from(tile[row][lane]), 0.5 + terms.sum::<f64>());
            }
        }
        let twice = scaled(tile, &[[2.0; LANES]; ROWS]);
        assert_eq!(twice[3][7], 2.0 * tile[3][7]);
    }

    #[test]
    fn transposing_exchanges_rows_and_columns() {
        let rows = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let mut columns = [[0.0; 2]; 3];
        transpose(&rows, &mut columns);
        assert_eq!(columns, [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]);
    }
}
