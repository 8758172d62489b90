"""Your rows go on after their end_id: the model is asked again, and its answer is kept. Remember which rows
have ended, and give them model.pad_id from then on.
"""

FUNDAMENTAL = "After its end a row holds padding."


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
            ended = ended | (token == end_id)
    model.train(was_training)
    return written
