"""Your mask hides padding, and the future is visible. A key must be a word and not lie ahead: combine both masks with &."""

FUNDAMENTAL = "The mask of a decoder hides the future."


def decoder_mask(token_ids, pad_id=0):
    return padding_mask(token_ids, pad_id).expand(-1, token_ids.shape[1], -1)
