def padding_mask(token_ids, pad_id=0):
    return torch.eq(token_ids, pad_id)[:, None, :]
