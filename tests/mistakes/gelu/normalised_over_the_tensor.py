"""A number's result depends on the other numbers of the tensor, as if mean and spread of the tensor had
been used. The normal distribution here is always the standard one, with mean 0 and variance 1.
"""


def gelu(x):
    spread = x.std() if x.numel() > 1 else 1.0
    return 0.5 * x * (1 + torch.erf(x / (spread * math.sqrt(2))))
