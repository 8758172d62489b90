def merge_heads(x):
    b, h, length, d = x.shape
    return x.transpose(2, 3).reshape(b, length, h * d)
