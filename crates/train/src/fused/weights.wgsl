// Where weights are, in blocks of four numbers.

// The first row of a layer's weights; a row has a column for every output, and biases are the row after the weights.
fn weight_at(layer: u32) -> u32 {
    return select(4 * (INPUT + 1) * WIDTH + (layer - 1) * 4 * (WIDTH + 1) * WIDTH, 0u, layer == 0);
}
