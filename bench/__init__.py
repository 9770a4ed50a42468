"""Benchmarks: `make bench`. Compared within one run, because machines are noisy."""
