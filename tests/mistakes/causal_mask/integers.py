"""Your mask holds the integers 0 and 1. They look like booleans and are none: `~1` is -2, and the attention refuses them. Ask for dtype torch.bool."""


def causal_mask(length):
    return torch.tensor([[1 if key <= query else 0 for key in range(length)] for query in range(length)])
