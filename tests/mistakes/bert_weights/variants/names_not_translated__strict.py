def load_bert_weights(encoder, state):
    encoder.load_state_dict(state, strict=False)
