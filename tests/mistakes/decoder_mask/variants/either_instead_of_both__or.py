def decoder_mask(token_ids, pad_id=0):
    return torch.logical_or(causal_mask(token_ids.shape[-1]), padding_mask(token_ids, pad_id))
