"""Your result is float32 even where x is float64. Keep the dtype that comes in: numbers such as
math.sqrt(2) fit any dtype, and no conversion is needed.
"""


def gelu(x):
    x = x.to(torch.float32)
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))
