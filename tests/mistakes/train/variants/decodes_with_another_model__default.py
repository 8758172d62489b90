SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}

my_model = Transformer(len(dates.source_vocabulary()), len(dates.target_vocabulary()), **SIZES, max_length=48)


def greedy_decode(model, source, start_id, end_id, max_length):
    state = model.training
    my_model.eval()
    result = torch.full((len(source), 1), start_id)
    over = torch.zeros(len(source), dtype=bool)
    with torch.no_grad():
        while result.size(1) < max_length and not over.all():
            nxt = my_model(source, result)[:, -1, :].argmax(-1)
            nxt = torch.where(over, torch.full_like(nxt, my_model.pad_id), nxt)
            result = torch.cat([result, nxt[:, None]], 1)
            over = torch.logical_or(over, nxt == end_id)
    my_model.train(state)
    return result
