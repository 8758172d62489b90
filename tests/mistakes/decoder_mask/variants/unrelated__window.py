def decoder_mask(token_ids, pad_id=0):
    i = torch.arange(token_ids.shape[1])
    return causal_mask(len(i)) & padding_mask(token_ids, pad_id) & (i[:, None] - i < 3)
