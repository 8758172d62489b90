"""Nothing was loaded: strict=False passes over every name that the encoder does not have, and it has none
of the checkpoint's. Translate the names first, and let load_state_dict be strict, so that it tells
you.
"""

FUNDAMENTAL = "Loading is a translation of names: here nothing is loaded."


def load_bert_weights(encoder, state):
    encoder.load_state_dict(state, strict=False)
