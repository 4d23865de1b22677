"""Mode S frames as lines of text: AVR, as receivers send it on TCP port 30002, and lists."""
