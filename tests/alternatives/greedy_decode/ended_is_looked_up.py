"""Looks up in what is written which rows have ended, and chooses by log-probabilities: same order."""


def greedy_decode(model, source, start_id, end_id, max_length):
    def ended(tokens):
        return tokens[:, 1:].eq(end_id).any(dim=1)

    was = model.training
    model.eval()
    with torch.set_grad_enabled(False):
        memory = model.encode(source)
        tokens = torch.zeros_like(source[:, :1]) + start_id
        for _ in range(1, max_length):
            if ended(tokens).all():
                break
            best = F.log_softmax(model.decode(tokens, memory, source), dim=-1)[:, -1].argmax(-1)
            best[ended(tokens)] = model.pad_id
            tokens = torch.hstack([tokens, best.unsqueeze(-1)])
    if was:
        model.train()
    return tokens
