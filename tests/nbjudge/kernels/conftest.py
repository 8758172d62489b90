"""Fixtures that start sandboxed kernels, and end them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint

import pytest
from jupyter_client.provisioning import KernelProvisionerFactory
from nbjudge.kernels.parent import close_parents
from sandboxed import PROVISIONER, Kernel


@pytest.fixture(scope="session", autouse=True)
def registered() -> None:
    """As the entry point of an installed nbjudge would do it."""
    factory = KernelProvisionerFactory.instance()
    place = "nbjudge.kernels.provisioner:SandboxProvisioner"
    factory.provisioners[PROVISIONER] = EntryPoint(PROVISIONER, place, factory.GROUP_NAME)


@pytest.fixture(scope="module", autouse=True)
def parents_of_its_own() -> Iterator[None]:
    """A module meets no parent that another one has left, which has imported other modules of the same names."""
    close_parents()
    yield
    close_parents()


@pytest.fixture
def start() -> Iterator[Callable[..., Kernel]]:
    """Starts kernels, and ends them."""
    kernels = []

    def one_more(**options) -> Kernel:
        kernels.append(Kernel(**options))
        return kernels[-1]

    yield one_more
    for kernel in kernels:
        kernel.close()


@pytest.fixture
def kernel(start) -> Kernel:
    return start()
