def decoder_mask(token_ids, pad_id=0):
    return causal_mask(token_ids.shape[1])[None, None] & (token_ids != pad_id)[:, None, None]
