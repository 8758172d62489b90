"""You subtract the largest logit of the whole array. A row far below it becomes 0 / 0: each slice along the axis has its own largest, max(axis=axis, keepdims=True)."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    exponentials = np.exp((logits - logits.max()) / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
