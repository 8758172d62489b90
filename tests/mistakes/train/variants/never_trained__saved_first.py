SIZES = {"d_model": 24, "num_heads": 3, "d_ff": 48, "num_layers": 2}


def greedy_decode(model, source, start_id, end_id, max_length):
    mode = model.training
    model.eval()
    with torch.no_grad():
        memory = model.encode(source)
        out = torch.full((source.shape[0], 1), start_id)
        done = torch.zeros(source.shape[0], dtype=torch.bool)
        for _ in range(max_length - 1):
            best = model.decode(out, memory, source)[:, -1].argmax(-1)
            best = torch.where(done, model.pad_id, best)
            out = torch.cat([out, best[:, None]], dim=1)
            done = done | (best == end_id)
            if done.all():
                break
    model.train(mode)
    return out
