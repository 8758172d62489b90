"""Calls the whole model at every step, and keeps what is written in lists."""

SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}


def greedy_decode(model, source, start_id, end_id, max_length):
    mode = model.training
    model.eval()
    rows = [[start_id] for _ in source]
    with torch.no_grad():
        while len(rows[0]) < max_length and not all(end_id in row for row in rows):
            best = model(source, torch.tensor(rows))[:, -1].argmax(-1).tolist()
            rows = [[*row, model.pad_id if end_id in row else t] for row, t in zip(rows, best, strict=True)]
    model.train(mode)
    return torch.tensor(rows)
