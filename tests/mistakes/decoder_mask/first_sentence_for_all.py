"""All sentences of your mask have the padding of the first one. Each row of the batch has its own: keep the batch axis."""

FUNDAMENTAL = "Each sentence has padding of its own."


def decoder_mask(token_ids, pad_id=0):
    words = token_ids[0] != pad_id
    return (causal_mask(token_ids.shape[1]) & words).repeat(token_ids.shape[0], 1, 1)
