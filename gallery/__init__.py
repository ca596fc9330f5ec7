"""Photo Narrator: the program people see (window and command line)."""
