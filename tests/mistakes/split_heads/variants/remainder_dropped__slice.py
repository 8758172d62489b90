def split_heads(x, num_heads):
    size = x.shape[-1] // num_heads
    return torch.stack([x[:, :, h * size : (h + 1) * size] for h in range(num_heads)], 1)
