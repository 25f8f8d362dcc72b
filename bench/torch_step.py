"""PyTorch's training steps per second: python3 torch_step.py WIDTH DEPTH BATCH. Started by gpu.rs.

The same network, objective and optimiser as there: 3-WIDTHxDEPTH-2 with SiLU, flow matching from a Gaussian to two moons, Adam
at 1e-3, a fresh batch for every step, made where the network is.
"""

import math
import statistics
import sys
import time

import torch
from torch import nn

LONG = 2.0
ROUNDS = 3

width, depth, batch = map(int, sys.argv[1:])
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
sizes = [3] + [width] * depth
hidden = [part for a, b in zip(sizes, sizes[1:]) for part in (nn.Linear(a, b), nn.SiLU())]
network = nn.Sequential(*hidden, nn.Linear(width, 2)).to(device)
adam = torch.optim.Adam(network.parameters(), lr=1e-3, fused=device.type == "cuda")


def moons():
    angle = math.pi * torch.rand(batch, device=device)
    side = torch.randint(0, 2, (batch,), device=device)
    x = torch.cos(angle) * (1 - 2 * side) + side - 0.5
    y = torch.sin(angle) * (1 - 2 * side) + 0.5 * side - 0.25
    return 2 * (torch.stack([x, y], 1) + 0.05 * torch.randn(batch, 2, device=device))


def steps(n):
    begin = time.perf_counter()
    for _ in range(n):
        x1, x0, t = moons(), torch.randn(batch, 2, device=device), torch.rand(batch, 1, device=device)
        answer = network(torch.cat([(1 - t) * x0 + t * x1, t], 1))
        loss = (answer - (x1 - x0)).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    assert math.isfinite(loss.item())
    return time.perf_counter() - begin


n = 8
while steps(n) < LONG / 2:
    n *= 2
print(f"{statistics.median(n / steps(n) for _ in range(ROUNDS)):.0f} ({device.type})")
