"""What the modules among the parts have in common: `help` of them fits on a page."""

from torch import nn


class _OnOnePage(type):
    """The type of a part. It lists what the course defines, and not the thousand lines that PyTorch adds.

    `help` of a class writes what `dir` lists, and `dir` asks the type. What is not listed is there all the same.
    """

    def __dir__(cls) -> list[str]:
        defined = [
            base for base in cls.__mro__ if base not in (Part, object) and not base.__module__.startswith("torch.")
        ]
        return sorted({name for base in defined for name in vars(base)})


class Part(nn.Module, metaclass=_OnOnePage):
    """A module of the course."""

    def __dir__(self) -> list[str]:
        # PyTorch lists what the class does. Whoever presses Tab behind a module wants all that can be called.
        inside: list[str] = super().__dir__()  # type: ignore[no-untyped-call]  # PyTorch has no types there
        return sorted({*inside, *type.__dir__(type(self))})
