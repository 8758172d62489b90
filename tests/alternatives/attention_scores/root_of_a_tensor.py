"""The scale is the root of a tensor, which is float32 and good to seven digits in float64."""


def attention_scores(query, key):
    d_k = torch.tensor(key.size(-1))
    return torch.matmul(query, torch.transpose(key, -1, -2)) / torch.sqrt(d_k)
