"""Your loader looks for encoder.layer.N with N counted from 1; the checkpoint counts from 0, as Python
does.
"""

FUNDAMENTAL = "No layer gets its own weights, and the loader ends in an error."

NAMES = {
    "attention.self.query": "self_attention.query_proj",
    "attention.self.key": "self_attention.key_proj",
    "attention.self.value": "self_attention.value_proj",
    "attention.output.dense": "self_attention.out_proj",
    "attention.output.LayerNorm": "norm1",
    "intermediate.dense": "feed_forward.linear_in",
    "output.dense": "feed_forward.linear_out",
    "output.LayerNorm": "norm2",
}


def load_bert_weights(encoder, state):
    prefix = "bert." if any(name.startswith("bert.") for name in state) else ""
    with torch.no_grad():
        for number, layer in enumerate(encoder.layers, 1):
            for theirs, ours in NAMES.items():
                module = layer.get_submodule(ours)
                source = f"{prefix}encoder.layer.{number}.{theirs}"
                module.weight.copy_(state[source + ".weight"])
                module.bias.copy_(state[source + ".bias"])
