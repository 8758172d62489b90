"""Your mask counts the words and takes them all to stand in front. Padding may stand anywhere, at the left for one: ask every token itself."""


def padding_mask(token_ids, pad_id=0):
    lengths = (token_ids != pad_id).sum(dim=1)
    return (torch.arange(token_ids.shape[1]) < lengths[:, None]).unsqueeze(1)
