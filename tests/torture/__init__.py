"""Tests that try to break the program: ``python -m tests.torture --help``."""
