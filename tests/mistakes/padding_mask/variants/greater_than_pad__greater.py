def padding_mask(token_ids, pad_id=0):
    return torch.gt(token_ids, pad_id).unsqueeze(-2)
