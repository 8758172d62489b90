SIZES = {"d_model": 32, "num_heads": 4, "d_ff": 64, "num_layers": 1}


def training_loss(model, source, target):
    logits = model(source, target[:, :-1])
    return F.cross_entropy(logits.transpose(-1, -2), target[:, 1:], ignore_index=model.pad_id)
