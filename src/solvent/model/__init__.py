"""The nouns: plain values that every other floor passes around."""
