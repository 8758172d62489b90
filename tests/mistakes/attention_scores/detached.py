"""Your numbers are right, but no gradient reaches query and key, so nothing could learn through them.

Stay with tensors: `.detach()`, `.numpy()`, `torch.tensor(…)` and `torch.no_grad()` all cut the gradient
off.
"""


def attention_scores(query, key):
    product = query.detach().numpy() @ key.detach().numpy().swapaxes(-2, -1)
    return torch.from_numpy(product) / math.sqrt(query.shape[-1])
