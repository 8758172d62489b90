def merge_heads(x):
    b, h, length, d = x.shape
    return x.permute(0, 2, 3, 1).reshape(b, length, d * h)
