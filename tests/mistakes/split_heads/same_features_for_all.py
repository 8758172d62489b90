"""All your heads are alike: each gets the first D/H features. Head h starts at feature h · D/H."""

FUNDAMENTAL = "The heads share the features among them: here all are alike."


def split_heads(x, num_heads):
    size = x.shape[-1] // num_heads
    if size * num_heads != x.shape[-1]:
        raise ValueError("num_heads must divide d_model")
    return torch.stack([x[..., :size] for head in range(num_heads)], dim=1)
