"""Your loader stops with "a leaf Variable that requires grad is being used in an in-place operation". Do
the copying inside with torch.no_grad():.
"""

FUNDAMENTAL = "Nothing is copied: the loader stops at the first weight."

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
    for number, layer in enumerate(encoder.layers):
        for theirs, ours in NAMES.items():
            module = layer.get_submodule(ours)
            source = f"{prefix}encoder.layer.{number}.{theirs}"
            module.weight.copy_(state[source + ".weight"])
            module.bias.copy_(state[source + ".bias"])
