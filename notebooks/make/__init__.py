"""Makes the three notebooks from their one source: ``python -m notebooks.make``, at the root."""
