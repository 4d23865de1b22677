"""Local deconfliction agreements: who signed what with whom, and what follows from it."""
