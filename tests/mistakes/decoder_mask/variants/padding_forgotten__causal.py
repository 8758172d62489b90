def decoder_mask(token_ids, pad_id=0):
    batch, length = token_ids.shape
    return torch.ones(batch, length, length).tril().bool()
