"""The tables of ``docs/keras.md``: ``python -m docs.keras_tables`` writes them from the package.

What the package has is asked of the package, name by name; what real Keras has is in
``keras_api.json``, which ``names.py`` writes where Keras is installed.
"""
