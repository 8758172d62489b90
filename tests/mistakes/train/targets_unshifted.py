"""Your model writes what it was shown, and nothing that it has read: it looks as if the target had not been
shifted in the loss. What is asked for at a position is the token after the one that is shown there.
"""

FUNDAMENTAL = "A position is to give the next token, not the one that it was shown."

SIZES = {"d_model": 16, "num_heads": 2, "d_ff": 16, "num_layers": 1}


def training_loss(model, source, target):
    logits = model(source, target)
    return F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=model.pad_id)
