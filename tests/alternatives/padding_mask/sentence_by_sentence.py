"""Goes over the tokens in Python."""


def padding_mask(token_ids, pad_id=0):
    rows = [[[token != pad_id for token in sentence]] for sentence in token_ids.tolist()]
    return torch.tensor(rows, dtype=torch.bool)
