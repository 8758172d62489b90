"""One mask for each sentence, stacked."""


def decoder_mask(token_ids, pad_id=0):
    triangle = causal_mask(token_ids.shape[1])
    return torch.stack([torch.logical_and(triangle, sentence != pad_id) for sentence in token_ids])
