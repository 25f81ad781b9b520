# needs: IPython
"""An IPython shell that has run one cell."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

SHELL = InteractiveShell.instance()
SHELL.run_cell("1 + 1")
