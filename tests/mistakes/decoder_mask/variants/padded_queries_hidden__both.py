def decoder_mask(token_ids, pad_id=0):
    word = token_ids != pad_id
    return causal_mask(token_ids.shape[1]) & word[:, None] & word[:, :, None]
