"""Takes away from a Python on Linux what others lack, for nbjudge and attnkit: read by every process of a test.

Python's own modules and the libraries keep what they have: on another system they would use something else there.
"""

import builtins
import os
import signal
import socket
import sys

_MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "pty", "syslog", "_posixsubprocess", "posix"}
_OF_OS = "fork forkpty register_at_fork getuid geteuid getgid setsid setuid mkfifo WNOHANG killpg sched_getaffinity"
_FLAGS = "O_NOFOLLOW O_DIRECTORY O_NONBLOCK O_CLOEXEC pidfd_open"
_OF_SIGNAL = "SIGKILL SIGALRM SIGPROF SIGHUP setitimer alarm pthread_kill sigwait ITIMER_REAL"
_OF_SOCKET = "AF_UNIX send_fds recv_fds SCM_RIGHTS CMSG_SPACE MSG_DONTWAIT SO_PASSCRED"
_GONE = {os: f"{_OF_OS} {_FLAGS}".split(), signal: _OF_SIGNAL.split(), socket: _OF_SOCKET.split()}
_OURS = ("nbjudge", "attnkit")


class _Without:
    """A module without some of its names."""

    def __init__(self, module, gone):
        self.__dict__.update(_module=module, _gone=frozenset(gone))

    def __getattr__(self, name):
        if name in self._gone:
            raise AttributeError(f"module {self._module.__name__!r} has no attribute {name!r}: there is none elsewhere")
        return getattr(self._module, name)

    def __setattr__(self, name, value):
        setattr(self._module, name, value)


def _pair(*_):
    """Two connected sockets of this machine, as Python makes them where there are no others."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ours = socket.create_connection(listening.getsockname())
        theirs, _ = listening.accept()
    return ours, theirs


_FACADES = {module.__name__: _Without(module, gone) for module, gone in _GONE.items()}
_FACADES["socket"].__dict__["socketpair"] = _pair
_import = builtins.__import__


def _limited(name, globals=None, locals=None, fromlist=(), level=0):
    ours = globals is not None and str(globals.get("__name__", "")).partition(".")[0] in _OURS
    if ours and not level:
        if name.partition(".")[0] in _MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}: there is none elsewhere", name=name)
        if name in _FACADES and not fromlist:
            return _FACADES[name]
        if name in _FACADES:
            missing = set(fromlist) & _FACADES[name]._gone
            if missing:
                raise ImportError(f"cannot import name {missing.pop()!r} from {name!r}: there is none elsewhere")
    return _import(name, globals, locals, fromlist, level)


builtins.__import__ = _limited
sys.modules.setdefault("sitecustomize", sys.modules[__name__])

if os.environ.get("WORKERS_DIE") and "nbjudge.conversation.inside.started" in sys.orig_argv:
    os._exit(3)
