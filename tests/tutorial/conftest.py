"""keras_sections.py is a text that the tests run, no module of tests."""

collect_ignore = ["keras_sections.py"]
