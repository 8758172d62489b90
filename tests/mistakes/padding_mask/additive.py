"""Your mask holds 0 and a large negative number, to be added to scores. That is another convention: here a mask is boolean, and True means "may attend"."""


def padding_mask(token_ids, pad_id=0):
    return ((token_ids == pad_id) * -1e9).unsqueeze(1)
