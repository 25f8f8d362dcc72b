// One step's first kernel: forward, loss, and errors backward, SAMPLES samples of the batch a workgroup.
//
// A thread owns a tile of eight samples by eight units: every number it brings is used eight times. The workgroup's
// samples are in `rows`, a layer at a time. What the second kernel needs of them goes to `inputs` and `errors`.
// Sizes count blocks of four numbers; what is left over in a block is zero and stays zero.

@group(0) @binding(0) var<uniform> now: Step;
// A sample: its inputs, its target, and its weight over the number of errors averaged.
@group(1) @binding(0) var<storage, read> batches: array<vec4f>;
@group(1) @binding(1) var<storage, read> weights: array<vec4f>;
// The inputs of every layer, a constant one beside them for the bias.
@group(1) @binding(2) var<storage, read_write> inputs: array<vec4f>;
// Derivatives of the loss by what every layer gives before its activation. Until they are known, a place holds the slope
// of the activation there.
@group(1) @binding(3) var<storage, read_write> errors: array<vec4f>;
// A sample's losses, summed over the steps.
@group(1) @binding(4) var<storage, read_write> losses: array<f32>;

var<workgroup> rows: array<vec4f, SAMPLES * ROW>;

const ONE = vec4f(1, 0, 0, 0);
const ACROSS = WIDTH / 2;
const THREADS = SAMPLES / 8 * ACROSS;

// Four samples by four units each, a sample a column: the first four units of the first and of the last four samples,
// then the last four units.
struct Tile {
    a: mat4x4f,
    b: mat4x4f,
    c: mat4x4f,
    d: mat4x4f,
}

@compute @workgroup_size(THREADS)
fn propagate(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
    let first = group.x * SAMPLES;
    let row = 8 * (thread / ACROSS);
    let column = 2 * (thread % ACROSS);

    load(first, thread);
    workgroupBarrier();
    for (var layer = 0u; layer < DEPTH; layer++) {
        let blocks = select(WIDTH, INPUT, layer == 0);
        let matrix = weight_at(layer);
        let z = product(matrix, blocks, row, column);
        let bias = matrix + 4 * blocks * WIDTH + column;
        workgroupBarrier();
        forward(layer, first, row, column, z.a, weights[bias]);
        forward(layer, first, row + 4, column, z.b, weights[bias]);
        forward(layer, first, row, column + 1, z.c, weights[bias + 1]);
        forward(layer, first, row + 4, column + 1, z.d, weights[bias + 1]);
        workgroupBarrier();
    }

    compare(first, thread);
    storageBarrier();
    workgroupBarrier();
    for (var i = thread; i < SAMPLES * OUTPUT; i += THREADS) {
        rows[i] = errors[error_at(DEPTH) + first * OUTPUT + i];
    }
    workgroupBarrier();
    for (var layer = DEPTH; layer > 0; layer--) {
        let blocks = select(WIDTH, OUTPUT, layer == DEPTH);
        let sums = product(transposed_at(layer), blocks, row, column);
        workgroupBarrier();
        backward(layer - 1, first, row, column, sums.a);
        backward(layer - 1, first, row + 4, column, sums.b);
        backward(layer - 1, first, row, column + 1, sums.c);
        backward(layer - 1, first, row + 4, column + 1, sums.d);
        workgroupBarrier();
    }
}

// Brings the inputs of the workgroup's samples.
fn load(first: u32, thread: u32) {
    for (var i = thread; i < SAMPLES * INPUT; i += THREADS) {
        let sample = first + i / INPUT;
        let block = i % INPUT;
        let value = batches[now.batch + sample * (INPUT + OUTPUT + 1) + block];
        rows[i] = value;
        inputs[sample * (INPUT + 1) + block] = value;
    }
    for (var i = thread; i < SAMPLES; i += THREADS) {
        inputs[(first + i) * (INPUT + 1) + INPUT] = ONE;
    }
}

// Eight samples' rows, `blocks` long, times eight columns of a matrix of WIDTH blocks of columns.
fn product(matrix: u32, blocks: u32, row: u32, column: u32) -> Tile {
    var a = mat4x4f();
    var b = mat4x4f();
    var c = mat4x4f();
    var d = mat4x4f();
    for (var k = 0u; k < blocks; k++) {
        let w = matrix + 4 * k * WIDTH + column;
        let x = row * blocks + k;
        let left = mat4x4f(weights[w], weights[w + WIDTH], weights[w + 2 * WIDTH], weights[w + 3 * WIDTH]);
        let right = mat4x4f(weights[w + 1], weights[w + WIDTH + 1], weights[w + 2 * WIDTH + 1], weights[w + 3 * WIDTH + 1]);
        let upper = four_rows(x, blocks);
        let lower = four_rows(x + 4 * blocks, blocks);
        a += left * upper;
        b += left * lower;
        c += right * upper;
        d += right * lower;
    }
    return Tile(a, b, c, d);
}

fn four_rows(x: u32, blocks: u32) -> mat4x4f {
    return mat4x4f(rows[x], rows[x + blocks], rows[x + 2 * blocks], rows[x + 3 * blocks]);
}

// A layer's activation at four samples.
fn forward(layer: u32, first: u32, row: u32, column: u32, z: mat4x4f, bias: vec4f) {
    forward_one(layer, first, row, column, z[0] + bias);
    forward_one(layer, first, row + 1, column, z[1] + bias);
    forward_one(layer, first, row + 2, column, z[2] + bias);
    forward_one(layer, first, row + 3, column, z[3] + bias);
}

fn forward_one(layer: u32, first: u32, row: u32, column: u32, z: vec4f) {
    let sample = first + row;
    let activated = activate(z);
    rows[row * WIDTH + column] = activated.value;
    let at = input_at(layer + 1) + sample * (WIDTH + 1);
    inputs[at + column] = activated.value;
    if column == 0 {
        inputs[at + WIDTH] = ONE;
    }
    errors[error_at(layer) + sample * WIDTH + column] = activated.slope;
}

// The same places on the way back.
fn backward(layer: u32, first: u32, row: u32, column: u32, sums: mat4x4f) {
    backward_one(layer, first, row, column, sums[0]);
    backward_one(layer, first, row + 1, column, sums[1]);
    backward_one(layer, first, row + 2, column, sums[2]);
    backward_one(layer, first, row + 3, column, sums[3]);
}

fn backward_one(layer: u32, first: u32, row: u32, column: u32, sum: vec4f) {
    let at = error_at(layer) + (first + row) * WIDTH + column;
    let error = sum * errors[at];
    errors[at] = error;
    rows[row * WIDTH + column] = error;
}

// The last layer, its loss, and the loss's derivative.
fn compare(first: u32, thread: u32) {
    let matrix = weight_at(DEPTH);
    for (var i = thread; i < SAMPLES * OUTPUT; i += THREADS) {
        let row = i / OUTPUT;
        let column = i % OUTPUT;
        var out = weights[matrix + 4 * WIDTH * OUTPUT + column];
        for (var k = 0u; k < WIDTH; k++) {
            let w = matrix + 4 * k * OUTPUT + column;
            out += mat4x4f(weights[w], weights[w + OUTPUT], weights[w + 2 * OUTPUT], weights[w + 3 * OUTPUT])
                * rows[row * WIDTH + k];
        }
        let sample = now.batch + (first + row) * (INPUT + OUTPUT + 1);
        let difference = out - batches[sample + INPUT + column];
        let weighted = difference * batches[sample + INPUT + OUTPUT].x;
        losses[first * OUTPUT + i] += dot(weighted, difference);
        errors[error_at(DEPTH) + first * OUTPUT + i] = 2 * weighted;
    }
}
