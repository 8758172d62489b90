SIZES = {"num_layers": 3, "d_model": 96, "d_ff": 256, "num_heads": 6, "dropout": 0.1}


def training_loss(model, source, target):
    scores = model(source, target[:, :-1])
    return F.cross_entropy(scores.transpose(1, 2), target[:, 1:], ignore_index=model.pad_id)
