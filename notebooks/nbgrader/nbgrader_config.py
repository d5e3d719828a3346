"""Settings for nbgrader, to be put into a course: what stands in the place of a solution.

The cells say themselves what is to be filled in. The line is Python that does nothing, so that a
loop or a function that holds nothing else is still one.
"""

c = get_config()  # noqa: F821 (traitlets gives it)

c.ClearSolutions.code_stub = {"python": "...  # YOUR CODE HERE"}
