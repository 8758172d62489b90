"""All sentences of your mask have the padding of the first one. Each row of the batch has its own: keep the batch axis in the comparison."""

FUNDAMENTAL = "Each sentence has padding of its own."


def padding_mask(token_ids, pad_id=0):
    return (token_ids[0] != pad_id).expand(token_ids.shape[0], 1, token_ids.shape[1])
