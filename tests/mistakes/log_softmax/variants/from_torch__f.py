def log_softmax(logits, axis=-1):
    return F.log_softmax(torch.as_tensor(logits), dim=axis).numpy()
