SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}

torch.manual_seed(7)
net = Transformer(len(dates.source_vocabulary()), len(dates.target_vocabulary()), **SIZES, max_length=dates.MAX_LENGTH)
net.eval()


def next_token(written, memory, source):
    return net.decode(written, memory, source)[:, -1].argmax(dim=-1)


def greedy_decode(model, source, start_id, end_id, max_length):
    was = model.training
    model.eval()
    with torch.no_grad():
        memory = model.encode(source)
        written = source.new_full((len(source), 1), start_id)
        ended = torch.zeros(len(source), dtype=torch.bool)
        for _ in range(1, max_length):
            token = next_token(written, memory, source)
            token[ended] = model.pad_id
            written = torch.hstack([written, token[:, None]])
            ended |= token == end_id
            if ended.all():
                break
    model.train(was)
    return written
