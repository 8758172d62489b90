"""Names taken apart by a regular expression; the data of each parameter is copied into."""

import re


def load_gpt2_weights(decoder, state):
    for name, tensor in state.items():
        tensor = tensor.T if tensor.dim() == 2 else tensor
        final = re.fullmatch(r"(?:transformer\.)?ln_f\.(weight|bias)", name)
        if final:
            getattr(decoder.final_norm, final[1]).data.copy_(tensor)
        found = re.fullmatch(r"(?:transformer\.)?h\.(\d+)\.(ln_[12]|(?:attn|mlp)\.c_\w+)\.(weight|bias)", name)
        if not found:
            continue
        layer, module, kind = decoder.layers[int(found[1])], found[2], found[3]
        attention, network = layer.self_attention, layer.feed_forward
        targets = {
            "ln_1": [layer.norm1],
            "ln_2": [layer.norm2],
            "attn.c_attn": [attention.query_proj, attention.key_proj, attention.value_proj],
            "attn.c_proj": [attention.out_proj],
            "mlp.c_fc": [network.linear_in],
            "mlp.c_proj": [network.linear_out],
        }[module]
        for target, piece in zip(targets, tensor.split(tensor.shape[0] // len(targets), dim=0)):
            getattr(target, kind).data.copy_(piece)
