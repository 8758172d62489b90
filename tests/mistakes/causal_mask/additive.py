"""Your mask holds 0 and -inf, to be added to scores. That is another convention: here a mask is boolean, and True means "may attend". How would you turn one into the other?"""


def causal_mask(length):
    return torch.full((length, length), float("-inf")).triu(diagonal=1)
