// One step's second kernel: the gradient of every weight, and Adam.
//
// A layer's gradient is the product of its inputs, transposed, with its errors, summed over the batch. A workgroup has a
// tile of two by two blocks of four by four weights, and its SLICES threads share the batch. The bias is a row of the
// matrix like any other: its input is one.

@group(0) @binding(0) var<uniform> now: Step;
@group(1) @binding(0) var<storage, read> inputs: array<vec4f>;
@group(1) @binding(1) var<storage, read> errors: array<vec4f>;
// What `propagate` calls `weights`, number by number for the transposed copy's sake.
@group(1) @binding(2) var<storage, read_write> weights: array<f32>;
@group(1) @binding(3) var<storage, read_write> first_moment: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> second_moment: array<vec4f>;

// The rows of the tile's blocks, block after block.
const ROWS = 16;

// Each thread's sums of all rows: those of one row's are ROWS apart, so that neighbours read neighbouring places.
var<workgroup> sums: array<vec4f, ROWS * SLICES>;

// A layer's matrix in blocks, and the tile in it.
struct Tile {
    layer: u32,
    rows: u32,
    columns: u32,
    row: u32,
    column: u32,
}

@compute @workgroup_size(SLICES)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) slice: u32) {
    let tile = tile_of(group.x);
    gradient(tile, slice);
    workgroupBarrier();
    for (var i = slice; i < ROWS; i += SLICES) {
        let row = tile.row + i / 8;
        let column = tile.column + i / 4 % 2;
        var sum = vec4f();
        for (var s = 0u; s < SLICES; s++) {
            sum += sums[s * ROWS + i];
        }
        if row < tile.rows && column < tile.columns {
            adam(tile, 4 * row + i % 4, column, sum);
        }
    }
}

// The tiles are numbered layer by layer, row by row.
fn tile_of(number: u32) -> Tile {
    let across = tiles(WIDTH);
    let in_first = tiles(INPUT + 1) * across;
    let in_hidden = tiles(WIDTH + 1) * across;
    if number < in_first {
        return Tile(0, INPUT + 1, WIDTH, 2 * (number / across), 2 * (number % across));
    }
    let layer = min(1 + (number - in_first) / in_hidden, DEPTH);
    let rest = number - in_first - (layer - 1) * in_hidden;
    let columns = select(WIDTH, OUTPUT, layer == DEPTH);
    return Tile(layer, WIDTH + 1, columns, 2 * (rest / tiles(columns)), 2 * (rest % tiles(columns)));
}

fn tiles(blocks: u32) -> u32 {
    return (blocks + 1) / 2;
}

// A slice's part of the sum over the batch.
fn gradient(tile: Tile, slice: u32) {
    // At the edge of the matrix a tile has its last block twice.
    let below = min(tile.row + 1, tile.rows - 1) - tile.row;
    let beside = min(tile.column + 1, tile.columns - 1) - tile.column;
    var a = mat4x4f();
    var b = mat4x4f();
    var c = mat4x4f();
    var d = mat4x4f();
    for (var sample = 4 * slice; sample < BATCH; sample += 4 * SLICES) {
        let x = input_at(tile.layer) + tile.row + sample * tile.rows;
        let e = error_at(tile.layer) + tile.column + sample * tile.columns;
        let upper = transpose(four_inputs(x, tile.rows));
        let lower = transpose(four_inputs(x + below, tile.rows));
        let left = four_errors(e, tile.columns);
        let right = four_errors(e + beside, tile.columns);
        a += left * upper;
        b += right * upper;
        c += left * lower;
        d += right * lower;
    }
    keep(slice * ROWS, a);
    keep(slice * ROWS + 4, b);
    keep(slice * ROWS + 8, c);
    keep(slice * ROWS + 12, d);
}

fn four_inputs(x: u32, rows: u32) -> mat4x4f {
    return mat4x4f(inputs[x], inputs[x + rows], inputs[x + 2 * rows], inputs[x + 3 * rows]);
}

fn four_errors(e: u32, columns: u32) -> mat4x4f {
    return mat4x4f(errors[e], errors[e + columns], errors[e + 2 * columns], errors[e + 3 * columns]);
}

// A column of the sum is a row of weights.
fn keep(at: u32, sum: mat4x4f) {
    sums[at] = sum[0];
    sums[at + 1] = sum[1];
    sums[at + 2] = sum[2];
    sums[at + 3] = sum[3];
}

fn adam(tile: Tile, row: u32, column: u32, gradient: vec4f) {
    let at = weight_at(tile.layer) + row * tile.columns + column;
    let first = BETA_1 * first_moment[at] + (1 - BETA_1) * gradient;
    let second = BETA_2 * second_moment[at] + (1 - BETA_2) * gradient * gradient;
    first_moment[at] = first;
    second_moment[at] = second;
    let change = now.rate * first / (sqrt(second * now.second) + EPSILON);
    // Errors go back through the weights of all layers but the first, and not through biases.
    let crossed = tile.layer > 0 && row < 4 * WIDTH;
    for (var c = 0u; c < 4; c++) {
        let weight = weights[4 * at + c] - change[c];
        weights[4 * at + c] = weight;
        if crossed {
            weights[4 * (transposed_at(tile.layer) + (4 * column + c) * WIDTH) + row] = weight;
        }
    }
}
