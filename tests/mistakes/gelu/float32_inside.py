"""In float64 your results are good to seven digits only, or come back as float32: is something converted to
float32 on the way? The dtype that comes in is the one to compute in.
"""


def gelu(x):
    y = x.float()
    return (0.5 * y * (1 + torch.erf(y / math.sqrt(2)))).to(x.dtype)
