"""How fast the engine is, beside experta used as its documentation shows; `python -m benchmarks --help`."""
