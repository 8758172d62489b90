"""What kernels find imported already."""

PRELOAD = (
    "numpy",
    "torch",
    "safetensors.torch",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "jaxtyping",
    "stack_data",  # this and the next two: for the first traceback
    "pygments.formatters.terminal256",
    "pygments.lexers.python",
    "tornado.platform.asyncio",
    "nbjudge.conversation.inside.serve",
    "torch.fx.experimental.symbolic_shapes",  # the first backward pass would import it
)
"""What is imported once, before any kernel. What is not installed is left out."""

OF_JUDGING = (
    "torch",
    "safetensors.torch",
    "nbjudge.conversation.inside.serve",
)
"""What of that kernels need only where something is judged: lessons of plain tests begin without, in half the time."""

OF_GRADIENTS = ("torch.fx.experimental.symbolic_shapes",)
"""What of that only a backward pass imports."""

OF_TRAINING = ("torch._dynamo",)
"""What the first step of an optimiser imports, in a second: wanted ahead only where a lesson trains."""
