"""Your layer is parts.CrossAttention itself. Here you build it: hold a parts.MultiHeadAttention and tell it who asks whom."""


class CrossAttention(parts.CrossAttention):
    pass
