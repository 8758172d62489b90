class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.full((d_model,), 1.0))
        self.beta = nn.Parameter(torch.full((d_model,), 0.0))

    def forward(self, x):
        c = x - x.mean(-1, keepdim=True)
        s = torch.sqrt(torch.mean(c * c, dim=-1, keepdim=True)) + self.eps
        return c / s * self.gamma + self.beta
