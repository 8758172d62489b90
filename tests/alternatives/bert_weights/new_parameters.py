"""Each parameter replaced by a new one that holds a clone of the checkpoint's tensor; returns the
encoder.
"""


def load_bert_weights(encoder, state):
    state = {name[5:] if name.startswith("bert.") else name: tensor for name, tensor in state.items()}

    def fill(module, number, name):
        for kind in ("weight", "bias"):
            tensor = state[f"encoder.layer.{number}.{name}.{kind}"]
            setattr(module, kind, nn.Parameter(tensor.detach().clone()))

    for number, layer in enumerate(encoder.layers):
        attention, network = layer.self_attention, layer.feed_forward
        fill(attention.query_proj, number, "attention.self.query")
        fill(attention.key_proj, number, "attention.self.key")
        fill(attention.value_proj, number, "attention.self.value")
        fill(attention.out_proj, number, "attention.output.dense")
        fill(layer.norm1, number, "attention.output.LayerNorm")
        fill(network.linear_in, number, "intermediate.dense")
        fill(network.linear_out, number, "output.dense")
        fill(layer.norm2, number, "output.LayerNorm")
    return encoder
