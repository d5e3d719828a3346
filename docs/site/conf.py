"""How Sphinx makes the site: `make docs`.

Pages are Markdown (MyST). The reference of the API is read from docstrings: chainrule is imported
from src/ as it lies there, and its native code is not needed for that. Nothing on the pages comes
from another host, so that they can be read from the disk.
"""

import sys
from pathlib import Path

_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent
sys.path[:0] = [str(_ROOT / "src"), str(_HERE)]

from chainrule import __version__  # noqa: E402
from chainrule.plots import style  # noqa: E402

project = "chainrule"
author = "The chainrule authors"
project_copyright = f"{author}; MIT licence"
release = version = __version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "mathml",
    "docstrings",
]
exclude_patterns = ["site", "keras_tables", "**/__pycache__"]
smartquotes_action = "D"  # dashes; quotes stay as they are typed

# Markdown: formulas between dollars; links to headings by their names, as forges make them.
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 4
myst_dmath_double_inline = True
html_math_renderer = "mathml"

# The reference. Docstrings say types themselves, and formulas are no markup.
autodoc_mock_imports = ["chainrule._native"]
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_member_order = "groupwise"
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_custom_sections = [("Attributes", "params_style")]
add_module_names = False
toc_object_entries_show_parents = "hide"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = "chainrule"
html_static_path = ["static"]
html_css_files = ["chainrule.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "tango"
pygments_dark_style = "github-dark"
_LIGHT = {"brand-primary": style.BLUE, "brand-content": style.BLUE, "brand-visited": style.BLUE}
_DARK = dict.fromkeys(_LIGHT, "#7aa5ff")
_API = {"api-name": "var(--color-brand-primary)", "api-pre-name": "var(--color-brand-primary)"}
html_theme_options = {
    "light_css_variables": {f"color-{name}": value for name, value in (_LIGHT | _API).items()},
    "dark_css_variables": {f"color-{name}": value for name, value in (_DARK | _API).items()},
}
