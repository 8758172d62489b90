"""Your mask takes every id up to pad_id for padding. Only the one that equals pad_id is: an id says nothing by its size."""


def padding_mask(token_ids, pad_id=0):
    return (token_ids > pad_id).unsqueeze(1)
