def decoder_mask(token_ids, pad_id=0):
    return torch.logical_and(causal_mask(token_ids.shape[-1]), (token_ids != 0)[:, None])
