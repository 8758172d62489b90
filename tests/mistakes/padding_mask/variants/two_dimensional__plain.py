def padding_mask(token_ids, pad_id=0):
    return torch.ne(token_ids, pad_id)
