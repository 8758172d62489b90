# both: opposite_meaning padding_of_the_opposite_meaning
# or: opposite_meaning either_instead_of_both
class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        blocked = torch.ones(x.shape[1], x.shape[1]).triu(1) > 0
        if padding is not None:
            blocked = blocked & padding.logical_not()
        return self.attention(x, x, x, mask=blocked)
