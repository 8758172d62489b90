"""Your mask allows a key if it is in the past or is a word. Both must hold: `&`, not `|` or `+`."""

FUNDAMENTAL = "A position has to be allowed by both masks."


def decoder_mask(token_ids, pad_id=0):
    return causal_mask(token_ids.shape[1]) | padding_mask(token_ids, pad_id)
