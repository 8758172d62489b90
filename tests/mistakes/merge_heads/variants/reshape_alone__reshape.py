def merge_heads(x):
    b, h, length, d = x.shape
    return x.reshape(b, length, h * d)
