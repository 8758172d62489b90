def greedy_decode(model, source, start_id, end_id, max_length):
    training = model.training
    with torch.no_grad():
        memory = model.encode(source)
    model.eval()
    with torch.no_grad():
        pass
        out = torch.full((source.shape[0], 1), start_id, dtype=torch.long)
        done = torch.zeros(source.shape[0], dtype=torch.bool)
        for _ in range(max_length - 1):
            logits = model.decode(out, memory, source)
            nxt = logits[:, -1].argmax(-1)
            nxt = torch.where(done, model.pad_id, nxt)
            out = torch.cat((out, nxt.unsqueeze(1)), dim=1)
            done = done | (nxt == end_id)
            if done.all():
                break
    model.train(training)
    return out
