"""Attacks on the conversation: the judge's socket, the kernel's channels, and messages that say what never was."""

from __future__ import annotations

from .attack import beside_wrong, body, speaking

ATTACKS = [
    speaking(
        "greets_the_judge",
        "own",
        "answers the judge's greeting itself, and every call with praise",
        """
        def serve_kernel(fd, namespace, expression, earlier_names, given, first):
            wire.sendall(frame({"id": first, "ok": True}))
            while True:
                asked = question()
                praise = {"ok": True, "passed": True, "score": 3, "call": None, "changed": {}}
                wire.sendall(frame({"id": asked["id"], **praise}))

        in_its_place(serve_kernel)
    """,
    ),
    speaking(
        "replaces_the_server",
        "own",
        "puts a module in the place of nbjudge.conversation.inside.serve",
        """
        import sys, types

        fake = types.ModuleType("nbjudge.conversation.inside.serve")
        fake.serve_kernel = lambda *args, **kwargs: print("3.0")
        sys.modules["nbjudge.conversation.inside.serve"] = fake
        in_its_place(fake.serve_kernel)
    """,
    ),
    speaking(
        "stale_answers",
        "own",
        "fills the judge's socket with answers before it was asked",
        """
        wire.setblocking(False)
        try:
            for number in range(2000):
                wire.send(frame({"id": number, "ok": True, "changed": {}}))
        except BlockingIOError:
            pass
        wire.setblocking(True)
    """,
    ),
    speaking(
        "other_numbers",
        "own",
        "answers without end, under numbers that nobody asked for",
        """
        def serve_kernel(fd, namespace, expression, earlier_names, given, first):
            wire.sendall(frame({"id": first, "ok": True}))
            many = frame({"id": -1, "ok": True}) * 1000
            while True:
                wire.sendall(many)

        in_its_place(serve_kernel)
    """,
    ),
    speaking(
        "drips",
        "own",
        "answers one byte at a time, always in time, never to the end",
        """
        def serve_kernel(fd, namespace, expression, earlier_names, given, first):
            wire.sendall(frame({"id": first, "ok": True}))
            question()
            wire.sendall(struct.pack(">IQ", 1 << 20, 0))
            while True:
                wire.sendall(b" ")
                time.sleep(0.2)

        in_its_place(serve_kernel)
    """,
    ),
    speaking(
        "huge_frame",
        "own",
        "announces an answer of 2^60 bytes",
        """
        def serve_kernel(fd, namespace, expression, earlier_names, given, first):
            wire.sendall(frame({"id": first, "ok": True}))
            question()
            wire.sendall(struct.pack(">IQ", 100, 1 << 60) + b" " * 1000)
            time.sleep(60)

        in_its_place(serve_kernel)
    """,
    ),
    speaking(
        "deep_frame",
        "own",
        "sends JSON that is nested half a million deep",
        """
        def serve_kernel(fd, namespace, expression, earlier_names, given, first):
            wire.sendall(frame({"id": first, "ok": True}))
            while True:
                question()
                text = b'{"id":' + b"[" * 500_000
                wire.sendall(struct.pack(">IQ", len(text), 0) + text)

        in_its_place(serve_kernel)
    """,
    ),
    speaking(
        "array_bomb",
        "own",
        "sends a block of arrays that names a million of them",
        """
        def serve_kernel(fd, namespace, expression, earlier_names, given, first):
            wire.sendall(frame({"id": first, "ok": True}))
            header = json.dumps({str(i): {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(500_000)})
            header = header.encode()
            while True:
                asked = question()
                block = struct.pack("<Q", len(header)) + header
                wire.sendall(frame({"id": asked["id"], "ok": {"torch": "0"}}, block))

        in_its_place(serve_kernel)
    """,
    ),
    speaking(
        "strange_answers",
        "own",
        "answers with numbers, types and errors that make no sense",
        """
        def serve_kernel(fd, namespace, expression, earlier_names, given, first):
            wire.sendall(frame({"id": first, "ok": True}))
            answers = [
                {"call": 7}, {"ok": {"handle": 2**70, "types": [[]]}}, {"ok": {"int": "9" * 40}}, {"error": []},
                {"ok": {"dict": [[{"float": "nan"}, 1]]}}, {"error": {"type": "StopIteration", "message": "\\ud800"}},
                {"error": {"type": "SystemExit"}}, {"error": {"type": "Skipped", "message": "skipped"}},
                {"error": {"type": "ExceptionGroup", "message": "x"}}, {"changed": {"0": {"float": "nan"}}, "ok": None},
            ]
            for answer in answers * 100:
                asked = question()
                wire.sendall(frame({"id": asked["id"], **({"ok": None} if asked["op"] == "reset" else answer)}))

        in_its_place(serve_kernel)
    """,
    ),
    speaking(
        "asks_in_return",
        "own",
        "asks the judge in return, for things that were never lent and with arguments that make no sense",
        """
        def serve_kernel(fd, namespace, expression, earlier_names, given, first):
            wire.sendall(frame({"id": first, "ok": True}))
            asks = [
                None, [], {}, {"lent": 1, "name": ""}, {"lent": 2**70, "name": "__class__", "read": True},
                {"lent": 0, "name": "\\ud800", "number": -1}, {"lent": 1, "args": {"tuple": [{"handle": 0}]}},
                {"lent": 1, "name": "", "args": {"tuple": [{"path": "os.system"}]}, "kwargs": {"dict": [["x", 1]]}},
                {"lent": [1], "name": {}, "args": 7, "kwargs": [], "training": "yes", "grad": 5},
            ]
            while True:
                asked = question()
                if asked["op"] == "reset":
                    wire.sendall(frame({"id": asked["id"], "ok": None}))
                    continue
                for ask in asks:
                    wire.sendall(frame({"id": asked["id"], "ask": ask}))
                    told = question()
                    if told["op"] != "told" or "ok" in told:
                        breach("the judge told something")
                wire.sendall(frame({"id": asked["id"], "ok": True}))

        in_its_place(serve_kernel)
    """,
    ),
    speaking(
        "asks_without_end",
        "own",
        "asks the judge in return, without end, and never listens to what it is told",
        """
        def serve_kernel(fd, namespace, expression, earlier_names, given, first):
            wire.sendall(frame({"id": first, "ok": True}))
            many = frame({"id": question()["id"], "ask": {"lent": 1, "name": ""}}) * 1000
            while True:
                wire.sendall(many)

        in_its_place(serve_kernel)
    """,
    ),
    body("nested_answer", "own", "returns a list that holds itself", "loop = []\nloop.append(loop)\nreturn loop"),
    body("endless_answer", "own", "returns a generator without end", "import itertools\nreturn itertools.count()"),
    beside_wrong(
        "patches_the_wire",
        "own",
        "patches json, struct, socket and the server's own helpers",
        """
        import json, socket, struct
        import nbjudge.conversation.common.wire

        honest = json.dumps
        json.dumps = lambda value, **kw: honest({**value, "ok": True} if isinstance(value, dict) else value, **kw)
        nbjudge.conversation.common.wire.Encoder.encode = lambda self, value, depth=0: True
        nbjudge.conversation.common.wire.Decoder.decode = lambda self, node, depth=0: np.zeros(3)
        socket.socket.settimeout = lambda *args: None
    """,
    ),
    speaking(
        "closes_the_socket",
        "own",
        "closes the judge's socket",
        """
        os.close(int(os.environ["NBJUDGE_FD"]))
        wire.close()
    """,
    ),
    speaking(
        "exchanges_the_socket",
        "own",
        "puts another socket in the place of the judge's",
        """
        ours, theirs = socket.socketpair()
        os.dup2(theirs.fileno(), int(os.environ["NBJUDGE_FD"]))
    """,
    ),
    speaking(
        "child_answers",
        "own",
        "leaves the answers to a child process that holds the judge's socket",
        """
        if os.fork() == 0:
            while True:
                try:
                    asked = question()
                    wire.sendall(frame({"id": asked["id"], "ok": True, "passed": True, "changed": {}}))
                except BaseException:
                    os._exit(0)
    """,
    ),
    speaking(
        "late_thread",
        "own",
        "goes on in a thread after the cell, and answers in between",
        """
        def meddle():
            while True:
                time.sleep(0.01)
                try:
                    wire.send(frame({"id": 1, "ok": True}), socket.MSG_DONTWAIT)
                except OSError:
                    return

        threading.Thread(target=meddle, daemon=True).start()
    """,
    ),
    speaking(
        "sends_descriptors",
        "own",
        "sends open files to the judge, a thousand of them",
        """
        wire.setblocking(False)
        null = os.open("/dev/null", os.O_RDONLY)
        try:
            for _ in range(1000):
                socket.send_fds(wire, [b"\\0"], [null] * 100)
        except OSError:
            pass
        wire.setblocking(True)
    """,
    ),
    beside_wrong(
        "becomes_another_program",
        "own",
        "replaces the kernel's process by a program that answers",
        """
        import os, sys

        text = '''
        import json, os, struct, socket
        s = socket.socket(fileno=int(os.environ["NBJUDGE_FD"]))
        while True:
            n, m = struct.unpack(">IQ", s.recv(12, socket.MSG_WAITALL))
            asked = json.loads(s.recv(n, socket.MSG_WAITALL)); s.recv(m, socket.MSG_WAITALL)
            out = json.dumps({"id": asked["id"], "ok": True}).encode()
            s.sendall(struct.pack(">IQ", len(out), 0) + out)
        '''
        os.set_inheritable(int(os.environ["NBJUDGE_FD"]), True)
        import textwrap
        os.execv(sys.executable, [sys.executable, "-c", textwrap.dedent(text)])
    """,
    ),
    beside_wrong(
        "forged_reply",
        "own",
        "sends execute_reply and execute_result messages of its own",
        """
        kernel = get_ipython().kernel
        parent = kernel.get_parent("shell")
        idents = kernel._parent_ident["shell"] if hasattr(kernel, "_parent_ident") else None
        stream = kernel.shell_stream if hasattr(kernel, "shell_stream") else kernel.shell_streams[0]
        for content in ({"status": "ok", "score": 3}, {"status": "error", "ename": [], "evalue": {}}, []):
            kernel.session.send(stream, "execute_reply", content, parent, ident=idents)
            kernel.session.send(kernel.iopub_socket, "execute_result", {"data": {"text/plain": "3.0"}}, parent)
            kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent)
    """,
    ),
    beside_wrong(
        "forged_parents",
        "own",
        "sends output with parents of other types, and for other requests",
        """
        kernel = get_ipython().kernel
        for parent in ([], "x", {"msg_id": []}, {"header": {"msg_id": "1"}}, {"msg_id": {}}):
            for content in ({"name": "stdout", "text": 5}, {"data": []}, {"data": {"text/plain": {}}}, 7, None):
                for kind in ("stream", "display_data", "execute_result", "error", "status", "\\ud800"):
                    try:
                        message = kernel.session.msg(kind, content, parent=None)
                        message["parent_header"] = parent
                        kernel.session.send(kernel.iopub_socket, message)
                    except Exception:
                        pass
    """,
    ),
    body(
        "error_without_text",
        "own",
        "raises an exception whose __str__ raises",
        """
        class Mute(Exception):
            def __str__(self):
                raise KeyboardInterrupt

        raise Mute
    """,
    ),
    body(
        "error_of_100_MB", "own", "raises an exception with a message of 100 MB", "raise ValueError('x' * 100_000_000)"
    ),
    body(
        "painted_error",
        "own",
        "raises an error with terminal codes, reversed text and half characters",
        """
        raise type("\\u202e\\x1b[2J" + "3 of 3", (Exception,), {})("\\x1b]0;title\\x07\\x00\\u202e\\ud800</td></table>")
    """,
    ),
    beside_wrong(
        "half_characters",
        "own",
        "prints and raises text that has no encoding",
        """
        import json

        kernel = get_ipython().kernel
        kernel.session.pack = lambda value: json.dumps(value, default=str).encode()
        parent = kernel.get_parent("shell")
        kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": "\\ud800"}, parent)
        kernel.session.send(kernel.iopub_socket, "display_data", {"data": {"text/plain": "\\udfff"}}, parent)
        kernel.session.send(kernel.iopub_socket, "display_data", {"data": {"\\udfff": "x"}}, parent)
        raise ValueError("\\ud800")
    """,
    ),
]
