"""You mask the weights after the attention: the output has seen the future by then, and the rows no longer sum to 1. Hand the mask to the attention."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        output, weights = self.attention(x, x, x, padding)
        return output, weights * causal_mask(x.shape[1])
