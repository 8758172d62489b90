def padding_mask(token_ids, pad_id=0):
    return ~(token_ids == pad_id)[..., None]
