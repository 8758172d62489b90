def load_bert_weights(encoder, state):
    table = [
        ("attention.self.query", "self_attention.query_proj"),
        ("attention.self.key", "self_attention.key_proj"),
        ("attention.self.value", "self_attention.value_proj"),
        ("attention.output.dense", "self_attention.out_proj"),
        ("attention.output.LayerNorm", "norm1"),
        ("intermediate.dense", "feed_forward.linear_in"),
        ("output.dense", "feed_forward.linear_out"),
        ("output.LayerNorm", "norm2"),
    ]
    p = "bert." if any(k.startswith("bert.") for k in state) else ""
    target = dict(encoder.named_parameters())
    with torch.no_grad():
        for i in range(len(encoder.layers) - 1):
            for theirs, ours in table:
                for kind in ("weight", "bias"):
                    key = f"{p}encoder.layer.{i}.{theirs}.{kind}"
                    target[f"layers.{i}.{ours}.{kind}"].copy_(state[key])
