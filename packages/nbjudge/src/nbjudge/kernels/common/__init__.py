"""What the grader and the kernels within the walls share."""
