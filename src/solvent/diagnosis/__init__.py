"""The one diagnosis engine: a text or an upstream's failure in, a verdict out.

reader (text -> reading) -> chain (who wrapped whom) -> engine (rules in order of rank) -> report (the verdict in words).
Everything here is a pure function of the text and the catalogue.
"""
