"""Taking a text apart: text in, `Reading` out. Nothing is judged here."""
