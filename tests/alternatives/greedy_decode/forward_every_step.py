"""Calls the whole model in every step, so that the source is encoded again and again: slower, and right."""


def greedy_decode(model, source, start_id, end_id, max_length):
    mode = model.training
    model.train(False)
    rows = [[start_id] for _ in range(source.shape[0])]
    done = [False] * source.shape[0]
    with torch.no_grad():
        for _ in range(max_length - 1):
            best = model(source, torch.tensor(rows))[:, -1, :].max(dim=1).indices.tolist()
            for number, token in enumerate(best):
                rows[number].append(model.pad_id if done[number] else token)
                done[number] = done[number] or token == end_id
            if all(done):
                break
    model.train(mode)
    return torch.tensor(rows)
