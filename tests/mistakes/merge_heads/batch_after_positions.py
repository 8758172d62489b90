"""Your result is (L, B, H·d): the batch has changed places with the positions. It stays in front."""


def merge_heads(x):
    return x.permute(2, 0, 1, 3).flatten(2)
