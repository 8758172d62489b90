"""Decodes only the rows that have not ended yet; the others are padding already."""


@torch.no_grad()
def greedy_decode(model, source, start_id, end_id, max_length):
    modes = {module: module.training for module in model.modules()}
    model.eval()
    memory = model.encode(source)
    running = torch.arange(source.shape[0])
    columns = [torch.full((source.shape[0],), start_id)]
    while len(columns) < max_length and len(running):
        shown = torch.stack(columns, dim=1)[running]
        token = model.decode(shown, memory[running], source[running])[:, -1].topk(1).indices.squeeze(1)
        columns.append(torch.full((source.shape[0],), model.pad_id).index_copy(0, running, token))
        running = running[token != end_id]
    for module, mode in modes.items():
        module.training = mode
    return torch.stack(columns, dim=1)
