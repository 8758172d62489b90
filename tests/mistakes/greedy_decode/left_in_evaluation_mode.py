"""Your function leaves the model in evaluation mode. Whoever trains it further would do so without dropout
and not notice. Remember model.training before you change it, and put it back.
"""


def greedy_decode(model, source, start_id, end_id, max_length):
    model.eval()
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
