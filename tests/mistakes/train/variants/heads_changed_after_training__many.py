SIZES = dict(d_model=64, num_layers=2, num_heads=16, d_ff=128, dropout=0.1)


def training_loss(model, source, target):
    scores = model(source, target[:, :-1])
    return F.cross_entropy(scores.reshape(-1, scores.shape[-1]), target[:, 1:].reshape(-1), ignore_index=model.pad_id)
