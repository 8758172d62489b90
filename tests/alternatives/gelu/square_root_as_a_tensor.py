"""Right: √2 is taken of a float32 tensor, which is good to eight digits."""


def gelu(x):
    phi = 0.5 * (1.0 + torch.erf(x / torch.sqrt(torch.tensor(2.0))))
    return torch.mul(x, phi)
