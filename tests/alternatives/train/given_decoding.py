"""Leaves the decoding to the given part, which is no crime in this exercise; loss by hand."""

SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}


greedy_decode = parts.greedy_decode


def training_loss(model, source, target):
    shown, asked = target[:, :-1], target[:, 1:]
    chances = F.log_softmax(model(source, shown), dim=-1).gather(-1, asked[..., None])[..., 0]
    real = asked != model.pad_id
    return -chances[real].mean()
