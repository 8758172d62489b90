"""Your mask counts the words and takes them all to stand in front. Padding may stand anywhere, at the left for one: padding_mask asks every token itself."""


def decoder_mask(token_ids, pad_id=0):
    length = token_ids.shape[1]
    words = torch.arange(length) < (token_ids != pad_id).sum(dim=1, keepdim=True)
    return causal_mask(length) & words[:, None]
