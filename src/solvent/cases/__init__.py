"""The life of a case: what happens to the group when an occurrence arrives or a person acts."""
