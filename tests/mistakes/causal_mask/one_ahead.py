"""Your mask lets every position see one step ahead, which is the very token that it is to guess. Which diagonal is the last that may be True?"""

FUNDAMENTAL = "The next token is just what has to be hidden."


def causal_mask(length):
    return torch.ones(length, length, dtype=torch.bool).tril(diagonal=1)
