"""What both sides of the conversation share: frames, messages, and names."""
