SIZES = {"d_model": 128, "num_heads": 8, "d_ff": 256, "num_layers": 1}


def training_loss(model, source, target):
    log_p = model(source, target[:, :-1]).log_softmax(-1)
    return F.nll_loss(log_p.flatten(0, 1), target[:, 1:].flatten(), ignore_index=model.pad_id)
