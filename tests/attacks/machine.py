"""Attacks on the machine and on the grader's patience: loops, crashes, bombs, floods."""

from __future__ import annotations

from .attack import beside_wrong, body

ATTACKS = [
    body("loops", "A25", "loops for ever", "while True:\n    pass"),
    body(
        "deaf_loop",
        "A25",
        "loops for ever, deaf to Ctrl-C",
        """
        import signal
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
    """,
    ),
    beside_wrong(
        "hangs_in_c",
        "A25",
        "sleeps for an hour in C, with Ctrl-C blocked",
        """
        import ctypes, signal

        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        ctypes.PyDLL(None).sleep(3600)
    """,
    ),
    body(
        "huge_product",
        "A25",
        "multiplies matrices for minutes",
        """
        a = torch.ones(6000, 6000)
        for _ in range(10_000):
            a = a @ a
    """,
    ),
    beside_wrong(
        "fork_bomb",
        "A26",
        "forks without end",
        """
        import os

        while True:
            try:
                os.fork()
            except OSError:
                pass
    """,
    ),
    beside_wrong(
        "thread_bomb",
        "A26",
        "starts threads without end",
        """
        import threading, time

        while True:
            try:
                threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
            except RuntimeError:
                pass
    """,
    ),
    beside_wrong(
        "memory_bomb",
        "A26",
        "takes all the memory there is, in several processes",
        """
        import os

        for _ in range(4):
            if os.fork() == 0:
                break
        kept = []
        while True:
            try:
                kept.append(bytearray(os.urandom(1 << 10)) * (32 << 10))
            except MemoryError:
                pass
    """,
    ),
    beside_wrong(
        "fills_the_disk",
        "A26",
        "writes until nothing is left, in every place it can",
        """
        import os

        for place in ("/tmp", "/dev/shm", os.path.expanduser("~"), "."):
            for number in range(1000):
                try:
                    with open(f"{place}/{number}", "wb") as file:
                        for _ in range(1000):
                            file.write(b"0" * (1 << 20))
                except OSError as error:
                    if error.errno == 28:
                        break
    """,
    ),
    beside_wrong(
        "fills_the_directory",
        "A26",
        "makes empty files and directories without end",
        """
        import os

        number = 0
        try:
            while number < 10**6:
                number += 1
                os.close(os.open(f"/tmp/{number}", os.O_CREAT))
        except OSError:
            pass
        if number >= 10**6:
            breach("a million files")
        try:
            for _ in range(3000):
                os.mkdir("deeper")
                os.chdir("deeper")
        except OSError:
            pass
    """,
    ),
    beside_wrong("one_long_line", "A26", "prints 50 MB on one line", "print('x' * 50_000_000)"),
    beside_wrong(
        "a_million_lines",
        "A26",
        "prints a million lines",
        """
        for number in range(1_000_000):
            print(number)
    """,
    ),
    beside_wrong(
        "floods_the_output",
        "own",
        "sends large messages for as long as it is heard",
        """
        import threading

        kernel = get_ipython().kernel
        parent = kernel.get_parent("shell")

        def flood():
            while True:
                kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": "x" * 7_000_000}, parent)

        threading.Thread(target=flood, daemon=True).start()
    """,
    ),
    body("large_answers", "own", "answers every call with 200 MB", "return np.ones(25_000_000)"),
    beside_wrong(
        "overflows_the_stack",
        "own",
        "recurses in C until the stack ends",
        """
        import sys

        sys.setrecursionlimit(10**9)

        class Deep:
            def __getattr__(self, name):
                return getattr(self, name + "x")

        def double(x):
            f = lambda g: g(g)
            return f(f)
    """,
    ),
    beside_wrong("exits", "A27", "ends its process at once", "import os\nos._exit(0)"),
    body("segfault", "A27", "reads from address 0", "import ctypes\nctypes.string_at(0)"),
    body("kills_itself", "A27", "sends itself SIGKILL", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
    body(
        "stops_itself",
        "own",
        "stops its process with SIGSTOP",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    ),
]
