def causal_mask(length):
    return torch.tensor([[j > i for j in range(length)] for i in range(length)], dtype=torch.bool).reshape(
        length, length
    )
