"""`python -m triage`: the command line."""

from triage.cli import main

# Guarded: the processes that set the PDFs of `triage demo` load this file again.
if __name__ == "__main__":
    main()
