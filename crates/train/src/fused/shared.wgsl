// Where things are, in blocks of four numbers: what both kernels agree upon.

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
