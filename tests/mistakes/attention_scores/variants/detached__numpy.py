def attention_scores(query, key):
    q, k = query.detach().numpy(), key.detach().numpy()
    return torch.from_numpy(q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1]))
