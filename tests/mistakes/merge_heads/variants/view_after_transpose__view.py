def merge_heads(x):
    b, h, length, d = x.shape
    return x.permute(0, 2, 1, 3).view(b, length, h * d)
