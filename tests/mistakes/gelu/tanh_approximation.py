"""Your GELU looks like the approximation with a tanh, as GPT-2 uses it. It is off by up to 0.0005; the
exact form uses the error function, torch.erf.
"""


def gelu(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
