"""Mistakes by what they compute: tables, one for each part of the notebook."""
