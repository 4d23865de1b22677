"""Beast binary, as receivers send it on TCP port 30005."""
