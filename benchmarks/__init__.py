"""Benchmarks of chainrule beside its peers: ``python -m benchmarks --help``.

A *case* (``cases/``) is a job with its data and its contestants. A *contestant* is a row of a
case that names a module of ``peers/`` and its options. Each contestant lives in a process of its
own (``worker.py``), one thread on one pinned core, and ``contest.py`` lets them run in turn.
"""
