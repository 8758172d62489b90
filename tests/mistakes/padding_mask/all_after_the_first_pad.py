"""Your mask hides everything from the first padding on. Where sentences are padded at the left, that hides the words: ask every token itself."""


def padding_mask(token_ids, pad_id=0):
    return (token_ids != pad_id).long().cumprod(dim=1).bool().unsqueeze(1)
