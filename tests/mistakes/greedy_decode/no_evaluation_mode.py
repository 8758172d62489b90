"""The model writes in the mode that it was in: in training mode it drops random features. Switch to
evaluation mode first, with model.eval().
"""


def greedy_decode(model, source, start_id, end_id, max_length):
    with torch.no_grad():
        memory = model.encode(source)
        written = torch.full((len(source), 1), start_id, dtype=torch.long)
        ended = torch.zeros(len(source), dtype=torch.bool)
        while written.shape[1] < max_length and not ended.all():
            logits = model.decode(written, memory, source)[:, -1]
            token = logits.argmax(dim=-1).masked_fill(ended, model.pad_id)
            written = torch.cat([written, token[:, None]], dim=1)
            ended = ended | (token == end_id)
    return written
