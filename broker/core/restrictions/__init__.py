"""Keep-clear requests and mirrored restrictions: volumes, windows and who is inside."""
