def decoder_mask(token_ids, pad_id=0):
    length = token_ids.shape[1]
    return (token_ids != pad_id)[:, None].expand(-1, length, -1)
