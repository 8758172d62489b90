"""The product of two booleans is their conjunction."""


def decoder_mask(token_ids, pad_id=0):
    return causal_mask(token_ids.size(1)).unsqueeze(0) * padding_mask(token_ids, pad_id=pad_id)
