"""Each parameter replaced by a new one with a contiguous clone; a matrix is turned round with einsum."""


def load_gpt2_weights(decoder, state):
    prefix = "transformer." if "transformer.h.0.ln_1.weight" in state else ""

    def turned(name):
        return torch.einsum("io->oi", state[prefix + name])

    def fresh(tensor):
        return nn.Parameter(tensor.detach().clone(memory_format=torch.contiguous_format))

    for number, layer in enumerate(decoder.layers):
        attention, network = layer.self_attention, layer.feed_forward
        d = layer.norm1.weight.shape[0]
        fused, bias = turned(f"h.{number}.attn.c_attn.weight"), state[f"{prefix}h.{number}.attn.c_attn.bias"]
        for index, module in enumerate((attention.query_proj, attention.key_proj, attention.value_proj)):
            module.weight = fresh(fused[index * d : (index + 1) * d])
            module.bias = fresh(bias[index * d : (index + 1) * d])
        for module, name in (
            (attention.out_proj, "attn.c_proj"),
            (network.linear_in, "mlp.c_fc"),
            (network.linear_out, "mlp.c_proj"),
        ):
            module.weight = fresh(turned(f"h.{number}.{name}.weight"))
            module.bias = fresh(state[f"{prefix}h.{number}.{name}.bias"])
        for module, name in ((layer.norm1, "ln_1"), (layer.norm2, "ln_2")):
            module.weight = fresh(state[f"{prefix}h.{number}.{name}.weight"])
            module.bias = fresh(state[f"{prefix}h.{number}.{name}.bias"])
    decoder.final_norm.weight = fresh(state[prefix + "ln_f.weight"])
    decoder.final_norm.bias = fresh(state[prefix + "ln_f.bias"])
    return decoder
