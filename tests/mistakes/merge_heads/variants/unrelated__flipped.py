def merge_heads(x):
    return x.flip(2).transpose(1, 2).flatten(2)
