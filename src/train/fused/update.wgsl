// One step's second kernel: the gradient of every weight, and Adam.
//
// A layer's gradient is the product of its inputs, transposed, with its errors, summed over the batch. A unit of work is
// a block of four by four weights; a workgroup has a square tile of SIDE by SIDE of them, and SLICES threads for each,
// which share the batch. The bias is a row of the matrix like any other: its input is one.

@group(0) @binding(0) var<uniform> now: Step;
@group(1) @binding(0) var<storage, read> inputs: array<vec4f>;
@group(1) @binding(1) var<storage, read> errors: array<vec4f>;
// What `propagate` calls `weights`, number by number for the transposed copy's sake.
@group(1) @binding(2) var<storage, read_write> weights: array<f32>;
@group(1) @binding(3) var<storage, read_write> first_moment: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> second_moment: array<vec4f>;

const UNITS = SIDE * SIDE;
const THREADS = UNITS * SLICES;

// The sums of all threads, row by row of their blocks: neighbours write to neighbouring places.
var<workgroup> sums: array<vec4f, 4 * THREADS>;

// A layer's matrix in blocks, and the tile in it.
struct Tile {
    layer: u32,
    rows: u32,
    columns: u32,
    row: u32,
    column: u32,
}

@compute @workgroup_size(THREADS)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
    let tile = tile_of(group.x);
    let unit = thread % UNITS;
    let slice = thread / UNITS;
    let row = tile.row + unit / SIDE;
    let column = tile.column + unit % SIDE;
    let inside = row < tile.rows && column < tile.columns;
    if inside {
        let sum = gradient(tile, row, column, slice);
        sums[thread] = sum[0];
        sums[THREADS + thread] = sum[1];
        sums[2 * THREADS + thread] = sum[2];
        sums[3 * THREADS + thread] = sum[3];
    }
    workgroupBarrier();
    // Four of a unit's threads go on, each with a row of the block.
    if inside && slice < 4 {
        var sum = vec4f();
        for (var s = 0u; s < SLICES; s++) {
            sum += sums[slice * THREADS + s * UNITS + unit];
        }
        adam(tile, 4 * row + slice, column, sum);
    }
}

// The tiles are numbered layer by layer, row by row.
fn tile_of(number: u32) -> Tile {
    let across = tiles(WIDTH);
    let in_first = tiles(INPUT + 1) * across;
    let in_hidden = tiles(WIDTH + 1) * across;
    if number < in_first {
        return Tile(0, INPUT + 1, WIDTH, SIDE * (number / across), SIDE * (number % across));
    }
    let layer = min(1 + (number - in_first) / in_hidden, DEPTH);
    let rest = number - in_first - (layer - 1) * in_hidden;
    let columns = select(WIDTH, OUTPUT, layer == DEPTH);
    return Tile(layer, WIDTH + 1, columns, SIDE * (rest / tiles(columns)), SIDE * (rest % tiles(columns)));
}

fn tiles(blocks: u32) -> u32 {
    return (blocks + SIDE - 1) / SIDE;
}

// A slice's part of the sum over the batch; a column of the result is a row of weights.
fn gradient(tile: Tile, row: u32, column: u32, slice: u32) -> mat4x4f {
    let input = input_at(tile.layer) + row;
    let error = error_at(tile.layer) + column;
    var sum = mat4x4f();
    for (var sample = 4 * slice; sample < BATCH; sample += 4 * SLICES) {
        let x = input + sample * tile.rows;
        let e = error + sample * tile.columns;
        let xs = mat4x4f(inputs[x], inputs[x + tile.rows], inputs[x + 2 * tile.rows], inputs[x + 3 * tile.rows]);
        let es = mat4x4f(errors[e], errors[e + tile.columns], errors[e + 2 * tile.columns], errors[e + 3 * tile.columns]);
        sum += es * transpose(xs);
    }
    return sum;
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
