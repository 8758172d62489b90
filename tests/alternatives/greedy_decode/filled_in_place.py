"""Fills a tensor of padding that is as wide as can be, and cuts off the columns that nobody needed."""


def greedy_decode(model, source, start_id, end_id, max_length):
    before = model.training
    model.eval()
    try:
        with torch.inference_mode():
            written = source.new_full((source.size(0), max_length), model.pad_id)
            written[:, 0] = start_id
            running = torch.ones(source.size(0), dtype=torch.bool)
            memory, width = model.encode(source), 1
            while width < max_length and running.any():
                best = torch.argmax(model.decode(written[:, :width], memory, source)[:, width - 1], -1)
                written[:, width] = torch.where(running, best, written[:, width])
                running &= best != end_id
                width += 1
    finally:
        model.train(before)
    return written[:, :width].clone()
