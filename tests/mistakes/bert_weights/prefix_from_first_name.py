"""The first name of a checkpoint may belong to a head, which has no bert. before it. Decide about the
prefix for each name, or look whether any name has it.
"""

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
    prefix = "bert." if next(iter(state)).startswith("bert.") else ""
    with torch.no_grad():
        for number, layer in enumerate(encoder.layers):
            for theirs, ours in NAMES.items():
                for kind in ("weight", "bias"):
                    tensor = state[f"{prefix}encoder.layer.{number}.{theirs}.{kind}"]
                    layer.get_submodule(ours).get_parameter(kind).copy_(tensor)
