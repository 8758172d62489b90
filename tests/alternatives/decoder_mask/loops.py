"""Three loops, over batch, query and key."""


def decoder_mask(token_ids, pad_id=0):
    batch, length = token_ids.shape
    mask = torch.zeros(batch, length, length, dtype=torch.bool)
    for sentence in range(batch):
        for query in range(length):
            for key in range(query + 1):
                mask[sentence, query, key] = bool(token_ids[sentence, key] != pad_id)
    return mask
