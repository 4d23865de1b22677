"""SBS-1 (BaseStation) lines, as receivers send them on TCP port 30003."""
