"""You take the token from the first position of the logits, which only says what comes after start_id. What
comes next after everything written so far is scored at the last position, [:, -1].
"""

FUNDAMENTAL = "The next token is what the last position says."


def greedy_decode(model, source, start_id, end_id, max_length):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        memory = model.encode(source)
        written = torch.full((len(source), 1), start_id, dtype=torch.long)
        ended = torch.zeros(len(source), dtype=torch.bool)
        while written.shape[1] < max_length and not ended.all():
            logits = model.decode(written, memory, source)[:, 0]
            token = logits.argmax(dim=-1).masked_fill(ended, model.pad_id)
            written = torch.cat([written, token[:, None]], dim=1)
            ended = ended | (token == end_id)
    model.train(was_training)
    return written
