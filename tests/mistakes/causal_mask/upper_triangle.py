"""Your triangle lies above the diagonal: row i, the query, looks at columns i and later, so everybody sees the future. Are rows and columns exchanged, or triu and tril?"""

FUNDAMENTAL = "A position sees what came before it: here it sees what comes after."


def causal_mask(length):
    return torch.ones(length, length).triu().bool()
