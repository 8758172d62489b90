"""The diagonal of your mask is True even for padding, perhaps to leave no row empty. Padding is no key for anybody, itself included; attention copes with an empty row."""


def decoder_mask(token_ids, pad_id=0):
    length = token_ids.shape[1]
    return causal_mask(length) & padding_mask(token_ids, pad_id) | torch.eye(length, dtype=torch.bool)
