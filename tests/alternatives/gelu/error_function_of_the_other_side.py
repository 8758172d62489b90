"""Right, by the complementary error function: Φ(x) = erfc(-x / √2) / 2."""


def gelu(x):
    return x * torch.erfc(-x / math.sqrt(2)) / 2
