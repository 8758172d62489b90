"""In your mask a query looks at itself and at what comes later. The causal half is the lower triangle: the past of query i, row i, are the columns up to i."""

FUNDAMENTAL = "A position sees what came before it."


def decoder_mask(token_ids, pad_id=0):
    return padding_mask(token_ids, pad_id).expand(-1, token_ids.shape[1], -1).triu()
