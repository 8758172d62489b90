# both: mask_after_softmax results_exchanged
def scaled_dot_product_attention(query, key, value, mask=None):
    w = attention_weights(attention_scores(query, key))
    if mask is not None:
        w = w.masked_fill(~mask, 0)
    return w, w @ value
