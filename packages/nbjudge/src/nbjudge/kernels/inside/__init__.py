"""All that runs within the walls: the warm parent, what shuts a kernel in, and the kernel beside a stranger's code."""
