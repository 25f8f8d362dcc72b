// Where things are, in blocks of four numbers: what both kernels agree upon.

// The first row of a layer's weights; a row has a column for every output, and biases are the row after the weights.
fn weight_at(layer: u32) -> u32 {
    return select(4 * (INPUT + 1) * WIDTH + (layer - 1) * 4 * (WIDTH + 1) * WIDTH, 0u, layer == 0);
}

// The same weights transposed, without biases: for every layer but the first.
fn transposed_at(layer: u32) -> u32 {
    return TRANSPOSED + (layer - 1) * 4 * WIDTH * WIDTH;
}

// The inputs of a layer, the constant block beside them.
fn input_at(layer: u32) -> u32 {
    return select(BATCH * (INPUT + 1) + (layer - 1) * BATCH * (WIDTH + 1), 0u, layer == 0);
}

// The errors of a layer.
fn error_at(layer: u32) -> u32 {
    return layer * BATCH * WIDTH;
}

// What is particular to a step.
struct Step {
    // Where its batch begins in `batches`.
    batch: u32,
    // The learning rate, with the bias correction of Adam's first moment.
    rate: f32,
    // The bias correction of Adam's second moment.
    second: f32,
    unused: u32,
}
