"""The rows of padded queries are all False in your mask. Only the columns, the keys, are to be hidden: padded queries keep their rows, and their outputs are ignored later."""


def decoder_mask(token_ids, pad_id=0):
    keys = padding_mask(token_ids, pad_id)
    return causal_mask(token_ids.shape[1]) & keys & keys.transpose(1, 2)
