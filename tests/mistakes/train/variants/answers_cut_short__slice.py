SIZES = dict(d_model=64, num_heads=4, d_ff=128, num_layers=2)


def greedy_decode(model, source, start_id, end_id, max_length):
    mode = model.training
    model.eval()
    rows = torch.full((source.shape[0], max_length), model.pad_id)
    rows[:, 0] = start_id
    finished = torch.zeros(source.shape[0], dtype=torch.bool)
    step = 1
    with torch.no_grad():
        memory = model.encode(source)
        while step < max_length and not bool(finished.all()):
            scores = model.decode(rows[:, :step], memory, source)[:, step - 1]
            rows[:, step] = torch.where(finished, model.pad_id, scores.argmax(dim=1))
            finished = finished | (rows[:, step] == end_id)
            step += 1
    model.train(mode)
    return rows[:, : step - 1]
