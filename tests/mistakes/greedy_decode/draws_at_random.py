"""Your tokens are drawn at random with the probabilities of the softmax. Greedy means the one with the
largest logit, always.
"""

FUNDAMENTAL = "Greedy takes the largest logit."


def greedy_decode(model, source, start_id, end_id, max_length):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        memory = model.encode(source)
        written = torch.full((len(source), 1), start_id, dtype=torch.long)
        ended = torch.zeros(len(source), dtype=torch.bool)
        while written.shape[1] < max_length and not ended.all():
            logits = model.decode(written, memory, source)[:, -1]
            token = torch.multinomial(logits.softmax(dim=-1), 1)[:, 0].masked_fill(ended, model.pad_id)
            written = torch.cat([written, token[:, None]], dim=1)
            ended = ended | (token == end_id)
    model.train(was_training)
    return written
