"""What a call used, in tokens that are each priced once."""

from __future__ import annotations

from typing import NamedTuple


class Usage(NamedTuple):
    """Tokens by what they cost. The parts do not overlap: `input_tokens` are those that came neither from nor to a cache."""

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    output_tokens: int = 0

    @property
    def prompt_tokens(self) -> int:
        """All tokens of the prompt, cached or not."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens + self.cache_write_1h_tokens


NO_USAGE = Usage()
"""Nothing was used, or nothing is known."""
