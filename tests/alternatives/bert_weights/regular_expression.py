"""Names taken apart by a regular expression; the data of each parameter is copied into."""

import re

PLACES = {
    "attention.self.query": lambda layer: layer.self_attention.query_proj,
    "attention.self.key": lambda layer: layer.self_attention.key_proj,
    "attention.self.value": lambda layer: layer.self_attention.value_proj,
    "attention.output.dense": lambda layer: layer.self_attention.out_proj,
    "attention.output.LayerNorm": lambda layer: layer.norm1,
    "intermediate.dense": lambda layer: layer.feed_forward.linear_in,
    "output.dense": lambda layer: layer.feed_forward.linear_out,
    "output.LayerNorm": lambda layer: layer.norm2,
}


def load_bert_weights(encoder, state):
    for name, tensor in state.items():
        found = re.match(r"(?:bert\.)?encoder\.layer\.(\d+)\.(.+)\.(weight|bias)$", name)
        if found:
            module = PLACES[found[2]](encoder.layers[int(found[1])])
            getattr(module, found[3]).data.copy_(tensor)
