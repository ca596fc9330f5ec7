"""Photos told aloud: the voice in its own process, what is said, in which order, and recordings."""
