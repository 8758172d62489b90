SIZES = {"d_model": 48, "num_heads": 6, "d_ff": 96, "num_layers": 2}


def training_loss(model, source, target):
    log_p = model(source, target[:, :-1]).log_softmax(-1)
    return F.nll_loss(log_p.flatten(0, 1), target[:, 1:].flatten(), ignore_index=model.pad_id)
