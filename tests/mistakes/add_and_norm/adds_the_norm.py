"""Pre-norm, you add the normalised x. What passes by is x itself: the norm stands only on the way into the
sublayer."""

from torch import nn

FUNDAMENTAL = "What is added is x itself: in pre-norm the way past the sublayer stays clear."


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        if self.norm_first:
            x = self.norm(x)
            return x + self.dropout(sublayer(x))
        return self.norm(x + self.dropout(sublayer(x)))
