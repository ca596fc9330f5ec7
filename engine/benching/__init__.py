"""What the benchmark of the describer is made of; only :mod:`engine.bench` uses it."""
