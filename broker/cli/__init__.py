"""The `keepclear` command: the composition root. It alone may import everything."""
