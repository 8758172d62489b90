"""Where a row should keep its end_id, yours holds padding already. The end itself still belongs to the
answer: only what comes after it is padding, so mark a row as ended after its token has been appended, and
not before.
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
            ended = ended | (token == end_id)
            token = token.masked_fill(ended, model.pad_id)
            written = torch.cat([written, token[:, None]], dim=1)
    model.train(was_training)
    return written
