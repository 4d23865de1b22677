"""Outside feeds: each adapter reads one format and is a client of the public contract."""
