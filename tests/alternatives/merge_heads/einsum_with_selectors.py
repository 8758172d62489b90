"""A sum with matrices of zeros and ones, which is exact too."""


def merge_heads(x):
    heads, size = x.shape[1], x.shape[3]
    place = torch.eye(heads * size, dtype=x.dtype).view(heads, size, heads * size)
    return torch.einsum("bhli,hio->blo", x, place)
