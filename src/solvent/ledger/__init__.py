"""The books: accounts, transfers, holds, the journal that they are folded from, and the audit. Pure; amounts are `Money`, never floats."""
