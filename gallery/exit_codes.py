"""What the exit codes of the program mean."""

DONE, SOME_FAILED, WRONG, BUG, STOPPED = 0, 1, 2, 70, 130
IN_WORDS = (
    "Exit codes: 0 done, 1 some photos failed, 2 wrong use or a known error, "
    "70 an error of the program itself, 130 stopped by Ctrl+C."
)
