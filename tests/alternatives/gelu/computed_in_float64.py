"""Right: computed in float64, and cast back."""


def gelu(x):
    y = x.double()
    return (y / 2 + y / 2 * torch.special.erf(y * 0.5**0.5)).to(x.dtype)
