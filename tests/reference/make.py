"""Makes the reference values of `tests/reference.rs` with PyTorch, POT and SciPy.

    python -m venv venv && venv/bin/pip install numpy scipy POT torch
    venv/bin/python tests/reference/make.py

Writes `ot.json` and `mlp.json` beside this file. Versions used last: see the field `versions`.
"""

import json
from pathlib import Path

import numpy
import ot
import scipy
import torch
from scipy.optimize import linear_sum_assignment

HERE = Path(__file__).parent


def write(name, value):
    """One line a key, so that a change can be read."""
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(item)}" for key, item in value.items())
    (HERE / name).write_text("{\n" + lines + "\n}\n")


def optimal_transport(n=48):
    """Exact, entropic and partial plans between two sets of points."""
    rng = numpy.random.default_rng(7)
    angle = 2 * numpy.pi * rng.integers(8, size=n) / 8
    x = 5 * numpy.stack([numpy.cos(angle), numpy.sin(angle)], 1) + 0.5 * rng.normal(size=(n, 2))
    y = rng.uniform(-4, 4, size=(n, 2))
    cost = ot.dist(x, y)
    even = numpy.full(n, 1 / n)
    _, matching = linear_sum_assignment(cost)

    def entropic(epsilon):
        plan = ot.sinkhorn(
            even, even, cost, epsilon * cost.mean(), method="sinkhorn_log", numItermax=200_000, stopThr=1e-12
        )
        return {"epsilon": epsilon, "cost": float((plan * cost).sum()), "first_row": (n * plan[0]).tolist()}

    def partial(keep):
        plan = ot.partial.partial_wasserstein(even, even, cost, m=min(round(keep * n) / n, even.sum()))
        return {"keep": keep, "cost": float((plan * cost).sum() * n / round(keep * n))}

    write(
        "ot.json",
        {
            "versions": {"POT": ot.__version__, "scipy": scipy.__version__, "numpy": numpy.__version__},
            "x": x.tolist(),
            "y": y.tolist(),
            "exact": float((ot.emd(even, even, cost) * cost).sum()),
            "matching": matching.tolist(),
            "entropic": [entropic(e) for e in (0.01, 0.05, 0.5, 10.0)],
            "partial": [partial(k) for k in (0.25, 0.5, 0.75, 1.0)],
        },
    )


ACTIVATIONS = {
    "silu": torch.nn.SiLU,
    "relu": torch.nn.ReLU,
    "elu": torch.nn.ELU,
    "selu": torch.nn.SELU,
    "tanh": torch.nn.Tanh,
}


def flat(tensors):
    """In Flowlab's order: layer after layer, weights `[d_in, d_out]` row-major, then biases."""
    return torch.cat([t.T.reshape(-1) if t.dim() == 2 else t for t in tensors]).tolist()


def network(activation, width=8, depth=2, batch=11, steps=10, lr=1e-2):
    """Output, divergence, loss, and the parameters after some steps of Adam."""
    torch.manual_seed(3)
    sizes = [3] + [width] * depth + [2]
    layers = []
    for i, (d_in, d_out) in enumerate(zip(sizes, sizes[1:])):
        layers.append(torch.nn.Linear(d_in, d_out))
        if i < depth:
            layers.append(activation())
    model = torch.nn.Sequential(*layers).float()
    x, target, weight = torch.randn(batch, 3), torch.randn(batch, 2), torch.rand(batch) + 0.5
    # One time for all, as the velocity field takes it.
    x[:, 2] = 0.375
    first = flat(model.parameters())

    def field(point):
        return model(torch.cat([point, torch.tensor([0.375])]))

    divergence = [torch.autograd.functional.jacobian(field, p).trace().item() for p in x[:, :2]]

    def loss():
        return (weight[:, None] * (model(x) - target) ** 2).mean()

    value = loss()
    output = model(x).reshape(-1).tolist()
    adam = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(steps):
        adam.zero_grad()
        loss().backward()
        adam.step()
    return {
        "width": width,
        "depth": depth,
        "parameters": first,
        "input": x.reshape(-1).tolist(),
        "output": output,
        "divergence": divergence,
        "training": {
            "lr": lr,
            "steps": steps,
            "target": target.reshape(-1).tolist(),
            "weight": weight.tolist(),
            "loss": value.item(),
            "trained": flat(model.parameters()),
        },
    }


if __name__ == "__main__":
    optimal_transport()
    cases = {name: network(activation) for name, activation in ACTIVATIONS.items()}
    write("mlp.json", {"versions": {"torch": torch.__version__}} | cases)
