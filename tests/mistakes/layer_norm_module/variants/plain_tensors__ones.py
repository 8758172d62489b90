class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma, self.beta = torch.ones(d_model), torch.zeros(d_model)
        self.eps = eps

    def forward(self, x):
        m = x.mean(-1, keepdim=True)
        v = x.var(-1, correction=0, keepdim=True)
        return (x - m) / (v + self.eps) ** 0.5 * self.gamma + self.beta
