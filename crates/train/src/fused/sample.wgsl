// Particles through their network, call after call, SAMPLES of them a workgroup: all steps of a solver in one dispatch, or
// some of them. What a call is stands in `flow/lane/itinerary.rs`.
//
// As in `propagate.wgsl` a thread owns tiles of four samples by four units, and `rows` holds a layer at a time. Where the
// divergence is wanted (TANGENTS), derivatives along x and along y pass through the layers beside the values.

struct Call {
    reach: f32,
    scale: f32,
    t: f32,
    // -1 for none.
    label: f32,
    factor: f32,
    x_factor: f32,
    weight: f32,
    rescale: f32,
    // 0: another answer follows; 1: a stage ends; 2: a step.
    ends: u32,
    // -1 for none.
    frame: i32,
    unused: vec2u,
}

// The calls of a dispatch, and the particles there are.
struct Leg {
    first: u32,
    last: u32,
    particles: u32,
    unused: u32,
}

@group(0) @binding(0) var<uniform> leg: Leg;
@group(1) @binding(0) var<storage, read> calls: array<Call>;
// What a column of the input is made of: factors of x, y and t, and what is done with their sum.
@group(1) @binding(1) var<storage, read> columns: array<vec4f>;
@group(1) @binding(2) var<storage, read> weights: array<vec4f>;
// Position and integral of each particle, after a whole number of steps.
@group(1) @binding(3) var<storage, read_write> states: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> frames: array<vec2f>;

const THREADS = SAMPLES / 4 * WIDTH;
const LINEAR = 0f;
const COSINE = 1f;
const SINE = 2f;
const FIRST_LABEL = 3f;

// Values; after them, if wanted, the derivatives along x, then those along y.
var<workgroup> rows: array<vec4f, SIGNALS * SAMPLES * ROW>;
// Of each sample: the state at the beginning of the step, and with what its stages have added so far; the slope before, and
// the answers to the next. Their third number belongs to the integral.
var<workgroup> now: array<vec4f, SAMPLES>;
var<workgroup> sums: array<vec4f, SAMPLES>;
var<workgroup> slopes: array<vec4f, SAMPLES>;
var<workgroup> answers: array<vec4f, SAMPLES>;

@compute @workgroup_size(THREADS)
fn sample(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
    let first = group.x * SAMPLES;
    for (var i = thread; i < SAMPLES; i += THREADS) {
        now[i] = states[first + i];
        sums[i] = now[i];
        slopes[i] = vec4f();
        answers[i] = vec4f();
    }
    workgroupBarrier();
    for (var c = leg.first; c < leg.last; c++) {
        let call = calls[c];
        encode(call, thread);
        workgroupBarrier();
        for (var layer = 0u; layer < DEPTH; layer++) {
            advance(layer, thread);
        }
        settle(call, first, thread);
        workgroupBarrier();
    }
    for (var i = thread; i < SAMPLES; i += THREADS) {
        states[first + i] = now[i];
    }
}

// Where the field is asked.
fn place(call: Call, i: u32) -> vec2f {
    return now[i].xy + call.reach * slopes[i].xy;
}

// Puts the inputs of all samples into `rows`.
fn encode(call: Call, thread: u32) {
    for (var i = thread; i < SAMPLES * INPUT; i += THREADS) {
        let seen = vec3f(call.scale * place(call, i / INPUT), call.t);
        let first = 4 * (i % INPUT);
        let a = encoded(columns[first], seen, call.label);
        let b = encoded(columns[first + 1], seen, call.label);
        let c = encoded(columns[first + 2], seen, call.label);
        let d = encoded(columns[first + 3], seen, call.label);
        rows[i] = vec4f(a.x, b.x, c.x, d.x);
        if TANGENTS {
            rows[SAMPLES * INPUT + i] = vec4f(a.y, b.y, c.y, d.y);
            rows[2 * SAMPLES * INPUT + i] = vec4f(a.z, b.z, c.z, d.z);
        }
    }
}

// A column, and its derivatives by x and by y.
fn encoded(column: vec4f, seen: vec3f, label: f32) -> vec3f {
    let phase = dot(column.xyz, seen);
    if column.w == LINEAR {
        return vec3f(phase, column.xy);
    }
    if column.w >= FIRST_LABEL {
        return vec3f(select(0f, 1f, column.w - FIRST_LABEL == label), 0, 0);
    }
    let wave = cosine_and_sine(phase);
    if column.w == COSINE {
        return vec3f(wave.x, -wave.y * column.xy);
    }
    return vec3f(wave.y, wave.x * column.xy);
}

// WGSL promises little of its own at larger arguments. By Cody and Waite's reduction and the polynomials of S. Moshier's
// Cephes library.
fn cosine_and_sine(x: f32) -> vec2f {
    let n = round(x * 0.636619772);
    let r = ((x - n * 1.5703125) - n * 4.837512969970703e-4) - n * 7.549789954891e-8;
    let z = r * r;
    let sine = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r;
    let cosine = ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1;
    switch i32(n) & 3 {
        case 0: { return vec2f(cosine, sine); }
        case 1: { return vec2f(-sine, cosine); }
        case 2: { return vec2f(-cosine, -sine); }
        default: { return vec2f(sine, -cosine); }
    }
}

// One hidden layer; after the last, what each thread's units contribute to the outputs stands in `rows`.
fn advance(layer: u32, thread: u32) {
    let row = 4 * (thread / WIDTH);
    let column = thread % WIDTH;
    let blocks = select(WIDTH, INPUT, layer == 0);
    let matrix = weight_at(layer);
    var value = mat4x4f();
    var along_x = mat4x4f();
    var along_y = mat4x4f();
    for (var k = 0u; k < blocks; k++) {
        let w = matrix + 4 * k * WIDTH + column;
        let block = mat4x4f(weights[w], weights[w + WIDTH], weights[w + 2 * WIDTH], weights[w + 3 * WIDTH]);
        let x = row * blocks + k;
        value += block * four_rows(x, blocks);
        if TANGENTS {
            along_x += block * four_rows(SAMPLES * blocks + x, blocks);
            along_y += block * four_rows(2 * SAMPLES * blocks + x, blocks);
        }
    }
    let bias = weights[matrix + 4 * blocks * WIDTH + column];
    workgroupBarrier();
    if layer + 1 < DEPTH {
        store(row, column, value[0] + bias, along_x[0], along_y[0]);
        store(row + 1, column, value[1] + bias, along_x[1], along_y[1]);
        store(row + 2, column, value[2] + bias, along_x[2], along_y[2]);
        store(row + 3, column, value[3] + bias, along_x[3], along_y[3]);
    } else {
        contribute(row, column, value[0] + bias, along_x[0], along_y[0]);
        contribute(row + 1, column, value[1] + bias, along_x[1], along_y[1]);
        contribute(row + 2, column, value[2] + bias, along_x[2], along_y[2]);
        contribute(row + 3, column, value[3] + bias, along_x[3], along_y[3]);
    }
    workgroupBarrier();
}

fn four_rows(x: u32, blocks: u32) -> mat4x4f {
    return mat4x4f(rows[x], rows[x + blocks], rows[x + 2 * blocks], rows[x + 3 * blocks]);
}

fn store(row: u32, column: u32, z: vec4f, along_x: vec4f, along_y: vec4f) {
    let activated = activate(z);
    rows[row * WIDTH + column] = activated.value;
    if TANGENTS {
        rows[(SAMPLES + row) * WIDTH + column] = along_x * activated.slope;
        rows[(2 * SAMPLES + row) * WIDTH + column] = along_y * activated.slope;
    }
}

fn contribute(row: u32, column: u32, z: vec4f, along_x: vec4f, along_y: vec4f) {
    let activated = activate(z);
    let w = weight_at(DEPTH) + 4 * column;
    let block = mat4x4f(weights[w], weights[w + 1], weights[w + 2], weights[w + 3]);
    var part = vec4f((block * activated.value).xy, 0, 0);
    if TANGENTS {
        part.z = (block * (along_x * activated.slope)).x + (block * (along_y * activated.slope)).y;
    }
    rows[row * WIDTH + column] = part;
}

// The network's answers, and what ends with them.
fn settle(call: Call, first: u32, thread: u32) {
    for (var i = thread; i < SAMPLES; i += THREADS) {
        var says = vec4f(weights[weight_at(DEPTH) + 4 * WIDTH].xy, 0, 0);
        for (var k = 0u; k < WIDTH; k++) {
            says += rows[i * WIDTH + k];
        }
        let answer = answers[i] + call.factor * vec4f(says.xy, call.scale * says.z, 0);
        if call.ends == 0 {
            answers[i] = answer;
            continue;
        }
        let slope = answer + call.x_factor * vec4f(place(call, i), 2, 0);
        let sum = sums[i] + call.weight * slope;
        answers[i] = vec4f();
        slopes[i] = slope;
        sums[i] = sum;
        if call.ends == 2 {
            finish_step(call, first, i);
        }
    }
}

fn finish_step(call: Call, first: u32, i: u32) {
    let state = vec4f(call.rescale * sums[i].xy, sums[i].z, 0);
    now[i] = state;
    sums[i] = state;
    let particle = first + i;
    if call.frame >= 0 && particle < leg.particles {
        frames[u32(call.frame) * leg.particles + particle] = state.xy;
    }
}
