"""The first name of a checkpoint may be lm_head.weight, which has no transformer. before it. Decide about
the prefix for each name, or look whether any name has it.
"""


def load_gpt2_weights(decoder, state):
    prefix = "transformer." if next(iter(state)).startswith("transformer.") else ""
    with torch.no_grad():
        for n, layer in enumerate(decoder.layers):
            at, ff = layer.self_attention, layer.feed_forward
            stem = f"{prefix}h.{n}."
            for kind in ("weight", "bias"):
                turn = (lambda t: t.T) if kind == "weight" else (lambda t: t)
                for module, piece in zip(
                    (at.query_proj, at.key_proj, at.value_proj), state[stem + "attn.c_attn." + kind].chunk(3, -1)
                ):
                    getattr(module, kind).copy_(turn(piece))
                getattr(at.out_proj, kind).copy_(turn(state[stem + "attn.c_proj." + kind]))
                getattr(ff.linear_in, kind).copy_(turn(state[stem + "mlp.c_fc." + kind]))
                getattr(ff.linear_out, kind).copy_(turn(state[stem + "mlp.c_proj." + kind]))
                getattr(layer.norm1, kind).copy_(state[stem + "ln_1." + kind])
                getattr(layer.norm2, kind).copy_(state[stem + "ln_2." + kind])
        for kind in ("weight", "bias"):
            getattr(decoder.final_norm, kind).copy_(state[f"{prefix}ln_f.{kind}"])
