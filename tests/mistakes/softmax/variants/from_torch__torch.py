def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    return F.softmax(torch.from_numpy(logits / temperature), dim=axis).numpy()
