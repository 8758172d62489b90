class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.inner, self.p = sublayer, dropout

    def forward(self, x, *args, **kwargs):
        out = self.inner(x, *args, **kwargs)
        out = out[0] if type(out) is not torch.Tensor else out
        keep = (torch.rand_like(out) > self.p).to(out.dtype)
        return x + out * keep / (1 - self.p)
