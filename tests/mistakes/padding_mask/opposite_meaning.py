"""Your mask is True for padding: the convention of nn.MultiheadAttention's key_padding_mask. In this course True means "may attend", so words are True."""

FUNDAMENTAL = "True means that a position may be looked at."


def padding_mask(token_ids, pad_id=0):
    return (token_ids == pad_id).unsqueeze(1)
