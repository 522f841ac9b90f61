"""A market made from a seed that behaves like the real one, as `docs/market.md` tells."""

from engine.exchange.generator.market import MARKET_ORIGIN, WARM_UP, GeneratedMarket, generate_market
from engine.exchange.generator.rows import STEP

__all__ = ["MARKET_ORIGIN", "STEP", "WARM_UP", "GeneratedMarket", "generate_market"]
