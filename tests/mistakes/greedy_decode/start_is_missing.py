"""Your result does not begin with start_id: its first column is the first token that the model wrote. Keep
the start.
"""

FUNDAMENTAL = "Writing begins with the start."


def greedy_decode(model, source, start_id, end_id, max_length):
    was_training = model.training
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
    model.train(was_training)
    return written[:, 1:]
