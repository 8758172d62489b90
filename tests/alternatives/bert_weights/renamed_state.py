"""A renamed copy of the checkpoint, handed to load_state_dict, which copies."""


def load_bert_weights(encoder, state):
    pairs = (
        ("attention.self.query", "self_attention.query_proj"),
        ("attention.self.key", "self_attention.key_proj"),
        ("attention.self.value", "self_attention.value_proj"),
        ("attention.output.dense", "self_attention.out_proj"),
        ("attention.output.LayerNorm", "norm1"),
        ("intermediate.dense", "feed_forward.linear_in"),
        ("output.dense", "feed_forward.linear_out"),
        ("output.LayerNorm", "norm2"),
    )
    renamed = {}
    for name, tensor in state.items():
        name = name.removeprefix("bert.")
        if not name.startswith("encoder.layer."):
            continue
        name = name.replace("encoder.layer.", "layers.")
        for theirs, ours in pairs:
            head, dot, kind = name.rpartition(".")
            number = ".".join(head.split(".")[:2])
            if head == f"{number}.{theirs}":
                renamed[f"{number}.{ours}{dot}{kind}"] = tensor
    encoder.load_state_dict(renamed)
