"""Uses neither of the earlier functions."""


def decoder_mask(token_ids, pad_id=0):
    batch, length = token_ids.shape
    query, key = torch.meshgrid(torch.arange(length), torch.arange(length), indexing="ij")
    allowed = (key <= query).expand(batch, length, length)
    return allowed.masked_fill(token_ids[:, None, :] == pad_id, False)
