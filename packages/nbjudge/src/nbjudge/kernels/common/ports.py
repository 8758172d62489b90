"""The ports of a kernel's channels. Over Unix sockets, a port is what follows the path: <ip>-<port>."""

PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "hb_port": 4, "control_port": 5}
