"""Where a request may go: the plan of candidates, and the health of accounts. Pure."""
