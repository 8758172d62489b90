def decoder_mask(token_ids, pad_id=0):
    i = torch.arange(token_ids.shape[1])
    return (i[:, None] <= i) & padding_mask(token_ids, pad_id)
