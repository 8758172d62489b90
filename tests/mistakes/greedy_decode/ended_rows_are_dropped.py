"""Rows that have ended disappear from your result, and the others move up. Every row of the source needs
its row in the result: keep them all, and pad those that have ended.
"""


def greedy_decode(model, source, start_id, end_id, max_length):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        memory = model.encode(source)
        written = torch.full((len(source), 1), start_id, dtype=torch.long)
        ended = torch.zeros(len(source), dtype=torch.bool)
        while written.shape[1] < max_length and not ended.all():
            logits = model.decode(written, memory, source)[:, -1]
            token = logits.argmax(dim=-1)
            written = torch.cat([written, token[:, None]], dim=1)
            ended = token == end_id
            if not ended.all():
                written, memory, source = written[~ended], memory[~ended], source[~ended]
                ended = ended[~ended]
    model.train(was_training)
    return written
