def padding_mask(token_ids, pad_id=0):
    mask = (token_ids != pad_id).unsqueeze(1)
    return mask & (torch.arange(token_ids.shape[1]) % 3 > 0)
