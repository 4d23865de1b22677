"""The `keepclear` command: the composition root. It alone may import everything."""

import os

# Before anything imports gRPC, whose own log lines would land in the middle of what a person or a
# reader of JSON lines is given.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
