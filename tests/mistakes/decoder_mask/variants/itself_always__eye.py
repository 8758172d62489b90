def decoder_mask(token_ids, pad_id=0):
    n = token_ids.shape[1]
    return (causal_mask(n) & padding_mask(token_ids, pad_id)) | torch.eye(n, dtype=torch.bool)
