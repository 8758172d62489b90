def padding_mask(token_ids, pad_id=0):
    lengths = (token_ids != pad_id).sum(1)
    return (torch.arange(token_ids.shape[1])[None] < lengths[:, None])[:, None]
