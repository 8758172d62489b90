def padding_mask(token_ids, pad_id=0):
    mask = torch.zeros(token_ids.shape)
    mask[token_ids == pad_id] = float("-inf")
    return mask.unsqueeze(1)
