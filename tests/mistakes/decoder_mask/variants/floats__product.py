def decoder_mask(token_ids, pad_id=0):
    length = token_ids.shape[1]
    return torch.ones(length, length).tril() * (token_ids != pad_id)[:, None]
