"""Where documents come from that several formats share: TCP, UDP, recordings."""
