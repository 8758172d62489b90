"""Who works: a cluster of our own on this machine, or one that runs already."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import dask
from distributed import Client, LocalCluster, Security

from nbjudge.errors import MachineError
from nbjudge.parallel.crew import DaskCrew

_CONNECT_SECONDS = 30
_EVERYWHERE = {"distributed.admin.large-graph-warning-threshold": "1GB"}  # a submission may hold much
_LOCAL = {
    **_EVERYWHERE,
    "distributed.scheduler.allowed-failures": 0,  # who is tried again is decided by the crew
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.http.routes": [],  # no pages, which anybody could read
    "distributed.worker.http.routes": [],
    "distributed.admin.tick.interval": "1s",  # nobody looks at what is measured
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.target": False,  # nothing is kept on workers
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
}


@dataclass
class TLS:
    """Files by which a cluster's members know each other."""

    authority: str = ""
    certificate: str = ""
    key: str = ""

    def security(self) -> Security | None:
        if not (self.authority or self.certificate or self.key):
            return None
        return Security(
            tls_ca_file=self.authority or None,
            tls_client_cert=self.certificate or None,
            tls_client_key=self.key or None,
            require_encryption=True,
        )


@contextlib.contextmanager
def local_crew(workers: int | None, log: logging.Logger, submissions: int) -> Iterator[DaskCrew]:
    """Workers on this machine, each a process with one thread; by default one for each core.

    There are no more than submissions: each takes seconds of a core to get ready.
    """
    count = min(workers or len(os.sched_getaffinity(0)), max(1, submissions))
    with dask.config.set(_LOCAL), _scheduler(_own_keys(log)) as cluster, Client(cluster) as client:
        spare = [partial(cluster.scale, count + number) for number in range(count, 0, -1)]
        crew = DaskCrew(client, log, partial(_call, cluster, count), spare)
        try:
            yield crew
        finally:
            crew.leave()


@contextlib.contextmanager
def crew_at(address: str, tls: TLS, log: logging.Logger, _submissions: int) -> Iterator[DaskCrew]:
    """The workers of the scheduler at `address`, however many. Raises `MachineError` where it does not answer."""
    with dask.config.set(_EVERYWHERE):
        try:
            client = Client(address, security=tls.security(), timeout=_CONNECT_SECONDS)
        except (OSError, ValueError, RuntimeError) as error:
            raise MachineError(f"no scheduler answers at {address} ({error}).") from error
        with client:
            crew = DaskCrew(client, log)
            crew.look_at_scheduler()
            try:
                yield crew
            finally:
                crew.leave()


def _call(cluster: LocalCluster, workers: int) -> None:
    """Have so many workers come. Raises `MachineError` where one cannot be started."""

    async def come() -> None:
        await cluster

    cluster.scale(workers)
    try:
        cluster.sync(come)
    except Exception as error:  # whatever a worker meets
        raise MachineError(f"the workers could not be started ({error}).") from error


def _scheduler(security: Security | None) -> LocalCluster:
    """A cluster whose workers are called when it is known what they are to do, so that they begin with it."""
    try:
        return LocalCluster(
            n_workers=0,
            threads_per_worker=1,
            processes=True,
            memory_limit=0,
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            host="127.0.0.1",
            security=security,
            protocol="tls" if security else "tcp",
            silence_logs=logging.CRITICAL,
            preload=["nbjudge.parallel.preload"],
        )
    except (OSError, RuntimeError) as error:
        raise MachineError(f"a scheduler could not be started ({error}).") from error


def _own_keys(log: logging.Logger) -> Security | None:
    """Keys for one run, which nobody else has: a port is open to all who use this machine."""
    kind = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1"  # made in a tenth of the time that RSA's take
    make = f"openssl req -x509 {kind} -nodes -days 30 -subj /CN=nbjudge -keyout key.pem -out cert.pem"
    try:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(make.split(), cwd=folder, check=True, capture_output=True)
            key, certificate = (Path(folder, name).read_text() for name in ("key.pem", "cert.pem"))
    except (OSError, subprocess.CalledProcessError):
        log.warning("other users of this machine can reach the workers while they grade; install openssl against it")
        return None
    whose = [f"tls_{who}_{what}" for who in ("client", "scheduler", "worker") for what in ("cert", "key")]
    files = {name: key if name.endswith("key") else certificate for name in whose}
    return Security(require_encryption=True, tls_ca_file=certificate, **files)
