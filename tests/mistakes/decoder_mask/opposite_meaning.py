"""Your mask is True where a position may not look: the convention of nn.MultiheadAttention. In this course True means "may attend"."""

FUNDAMENTAL = "True means that a position may look."


def decoder_mask(token_ids, pad_id=0):
    return ~(causal_mask(token_ids.shape[1]) & padding_mask(token_ids, pad_id))
