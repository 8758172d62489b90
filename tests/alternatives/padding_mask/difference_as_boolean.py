"""A difference that is not 0 is True."""


def padding_mask(token_ids, pad_id=0):
    return (token_ids - pad_id).bool().unsqueeze(1)
