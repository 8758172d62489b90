"""Writes every row by itself, and pads the rows to the longest at the end."""


def write_one(model, source, start_id, end_id, max_length):
    written, memory = [start_id], model.encode(source)
    while len(written) < max_length and written[1:][-1:] != [end_id]:
        logits = model.decode(torch.tensor([written]), memory, source)
        written.append(int(logits[0, -1].argmax()))
    return torch.tensor(written)


def greedy_decode(model, source, start_id, end_id, max_length):
    mode = model.training
    model.eval()
    with torch.no_grad():
        rows = [write_one(model, row[None], start_id, end_id, max_length) for row in source]
    model.train(mode)
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=model.pad_id)
