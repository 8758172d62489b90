"""Through NumPy, detached, and back."""


def alignment(weights):
    mean = np.mean(weights.detach().cpu().numpy(), axis=1)
    return torch.from_numpy(np.argmax(mean, axis=-1)).long()
