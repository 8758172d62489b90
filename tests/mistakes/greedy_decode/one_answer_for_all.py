"""All rows of your result are alike: the tokens of the first row are written into every row. The largest
logit has to be found for each row by itself.
"""

FUNDAMENTAL = "Each row has its own answer."


def greedy_decode(model, source, start_id, end_id, max_length):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        memory = model.encode(source)
        written = torch.full((len(source), 1), start_id, dtype=torch.long)
        ended = torch.zeros(len(source), dtype=torch.bool)
        while written.shape[1] < max_length and not ended.all():
            logits = model.decode(written, memory, source)[:, -1]
            token = logits.argmax(dim=-1)[:1].expand(len(source)).masked_fill(ended, model.pad_id)
            written = torch.cat([written, token[:, None]], dim=1)
            ended = ended | (token == end_id)
    model.train(was_training)
    return written
