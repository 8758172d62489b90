# also: trained_too_short
SIZES = {"d_model": 24, "num_heads": 4, "d_ff": 48, "num_layers": 1}


def greedy_decode(model, source, start_id, end_id, max_length):
    mode = model.training
    model.eval()
    rows = torch.full((len(source), max_length), model.pad_id)
    rows[:, 0] = start_id
    finished = torch.zeros(len(source), dtype=torch.bool)
    length = 1
    with torch.no_grad():
        memory = model.encode(source)
        while length < max_length and not finished.all():
            best = model.decode(rows[:, :length], memory, source)[:, -1].argmax(-1)
            rows[:, length] = best.masked_fill(finished, model.pad_id)
            finished |= best == end_id
            length += 1
    model.train(mode)
    return rows[:, :length]
