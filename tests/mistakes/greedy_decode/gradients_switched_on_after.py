"""Afterwards gradients are recorded even for a caller who had switched them off. A with torch.no_grad():
block brings back whatever was there before.
"""


def greedy_decode(model, source, start_id, end_id, max_length):
    was_training = model.training
    model.eval()
    torch.set_grad_enabled(False)
    if True:
        memory = model.encode(source)
        tokens = torch.full((len(source), 1), start_id, dtype=torch.long)
        ended = torch.zeros(len(source), dtype=torch.bool)
        while tokens.shape[1] < max_length and not ended.all():
            chosen = model.decode(tokens, memory, source)[:, -1].argmax(-1)
            chosen[ended] = model.pad_id
            tokens = torch.cat([tokens, chosen[:, None]], dim=1)
            ended = ended | (chosen == end_id)
    torch.set_grad_enabled(True)
    model.train(was_training)
    return tokens
