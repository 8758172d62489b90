"""The exclusive or of two ids is 0 only where they are the same."""


def padding_mask(token_ids, pad_id=0):
    return (token_ids ^ pad_id).abs().clamp(max=1).to(torch.bool)[:, None]
