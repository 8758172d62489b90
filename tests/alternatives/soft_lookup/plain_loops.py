"""Python loops and lists, brought back to an array of the inputs' dtype."""


def soft_lookup(query, keys, values):
    scores = [sum(float(q) * float(k) for q, k in zip(query, key, strict=True)) / math.sqrt(len(query)) for key in keys]
    largest = max(scores)
    powers = [math.exp(score - largest) for score in scores]
    result = np.zeros(values.shape[1])
    for power, value in zip(powers, values, strict=True):
        result += power / sum(powers) * value
    return result.astype(values.dtype)
