"""Your mask holds the numbers 0 and 1, where booleans were asked for. A comparison is boolean already: leave out the conversion."""


def padding_mask(token_ids, pad_id=0):
    return (token_ids != pad_id).float().unsqueeze(1)
