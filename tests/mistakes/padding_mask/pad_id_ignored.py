"""Your mask takes 0 for padding, whatever pad_id says. Another tokenizer pads with another id: compare with the argument."""


def padding_mask(token_ids, pad_id=0):
    return (token_ids != 0).unsqueeze(1)
