"""The aircraft register: what each agency flies, who made it, and where its data goes."""
