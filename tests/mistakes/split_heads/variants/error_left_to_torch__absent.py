def split_heads(x, num_heads):
    b, length, d = x.shape
    return x.reshape(b, length, num_heads, d // num_heads).permute(0, 2, 1, 3)
