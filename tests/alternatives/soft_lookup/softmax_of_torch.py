"""The softmax is PyTorch's; arrays come and go."""


def soft_lookup(query, keys, values):
    q, k, v = torch.from_numpy(query), torch.from_numpy(keys), torch.from_numpy(values)
    weights = torch.softmax(torch.mv(k, q) / math.sqrt(q.numel()), dim=0)
    return torch.matmul(weights, v).numpy()
