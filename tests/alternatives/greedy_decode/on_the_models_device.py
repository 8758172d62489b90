"""Asks the model's first parameter for the device, reads pad_id once, and fills a list of columns."""


@torch.inference_mode()
def greedy_decode(model, source, start_id, end_id, max_length):
    device = next(model.parameters()).device
    pad_id, training = int(model.pad_id), model.training
    model.eval()
    source = source.to(device)
    memory = model.encode(source)
    columns = [torch.full_like(source[:, 0], start_id)]
    ended = torch.zeros_like(columns[0], dtype=torch.bool)
    for _ in range(max_length - 1):
        best = model.decode(target=torch.stack(columns, 1), memory=memory, source=source)[:, -1].argmax(-1)
        columns.append(best.where(~ended, torch.full_like(best, pad_id)))
        ended |= columns[-1] == end_id
        if bool(ended.all()):
            break
    model.train(training)
    return torch.stack(columns, 1).clone()
