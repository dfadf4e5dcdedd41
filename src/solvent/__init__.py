"""Solvent: an error desk, a gateway and books for everyone who calls LLM APIs with prepaid money."""

__version__ = "0.1.0"
