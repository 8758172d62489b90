# both: weights_averaged padding_ignored
class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        length = x.size(-2)
        ahead = torch.triu(torch.ones(length, length), diagonal=1).bool()
        out, weights = self.attention(x, x, x, ~ahead)
        return out, weights.mean(1)
