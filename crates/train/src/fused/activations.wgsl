// The nonlinearities, each with its derivative.

struct Activated {
    value: vec4f,
    slope: vec4f,
}

fn activate_silu(z: vec4f) -> Activated {
    // Beyond 80 the exponential overflows, and the sigmoid is 0 in any case.
    let sigmoid = 1 / (1 + exp(min(-z, vec4f(80))));
    let value = z * sigmoid;
    return Activated(value, sigmoid + value * (1 - sigmoid));
}

fn activate_relu(z: vec4f) -> Activated {
    return Activated(max(z, vec4f(0)), select(vec4f(0), vec4f(1), z > vec4f(0)));
}

fn activate_elu(z: vec4f) -> Activated {
    let below = exp(min(z, vec4f(0)));
    return Activated(select(below - 1, z, z > vec4f(0)), below);
}

// Klambauer et al., Self-Normalizing Neural Networks, 2017.
fn activate_selu(z: vec4f) -> Activated {
    let scale = 1.0507009873554805;
    let alpha = 1.6732632423543772;
    let below = alpha * exp(min(z, vec4f(0)));
    let above = z > vec4f(0);
    return Activated(scale * select(below - alpha, z, above), scale * select(below, vec4f(1), above));
}

fn activate_tanh(z: vec4f) -> Activated {
    // Some drivers compute it from exponentials that overflow; at 15 it is 1.
    let value = tanh(clamp(z, vec4f(-15), vec4f(15)));
    return Activated(value, 1 - value * value);
}
