SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}


@torch.no_grad()
def greedy_decode(model, source, start_id, end_id, max_length):
    before = model.training
    model.eval()
    memory = model.encode(source)
    out = torch.tensor([[start_id]] * len(source))
    done = out[:, 0] == end_id
    for _ in range(max_length - 2):
        best = model.decode(out, memory, source)[:, -1].argmax(-1)
        best[done] = model.pad_id
        out = torch.cat((out, best.unsqueeze(1)), 1)
        done |= best == end_id
        if done.all():
            break
    model.train(before)
    return out
