"""Words that cells may hold without quotes: venues, coins, states of an instrument.

A word that is not listed needs quotes, so that a mistyped coin is a fault and not a rule that never fires. A
book adds words of its own in its manifest.
"""

from __future__ import annotations

STATUSES = frozenset({"trading", "halted", "closing", "delisted"})
"""Every state an instrument can be in."""

VENUES = frozenset(
    {
        *("binance", "bitfinex", "bitget", "bybit", "coinbase", "coinbaseinternational", "deribit", "dydx"),
        *("gate", "htx", "hyperliquid", "kraken", "krakenfutures", "kucoin", "kucoinfutures", "mexc", "okx"),
    }
)
"""Exchanges by their usual short names."""

COINS = frozenset(
    {
        *("USD", "EUR", "GBP", "JPY", "CHF", "TRY", "BRL"),
        *("USDT", "USDC", "FDUSD", "DAI", "TUSD", "USDE", "PYUSD", "EURC"),
        *(
            "BTC",
            "ETH",
            "BNB",
            "SOL",
            "XRP",
            "ADA",
            "DOGE",
            "TRX",
            "TON",
            "AVAX",
            "LINK",
            "DOT",
            "POL",
            "LTC",
            "BCH",
        ),
        *(
            "ETC",
            "XLM",
            "XMR",
            "ZEC",
            "DASH",
            "EOS",
            "BSV",
            "NEO",
            "XTZ",
            "ALGO",
            "ATOM",
            "VET",
            "FIL",
            "ICP",
            "HBAR",
        ),
        *(
            "NEAR",
            "APT",
            "SUI",
            "SEI",
            "INJ",
            "TIA",
            "ARB",
            "OP",
            "STRK",
            "MNT",
            "LDO",
            "UNI",
            "AAVE",
            "MKR",
            "CRV",
        ),
        *("COMP", "SNX", "DYDX", "GMX", "PENDLE", "ENA", "ONDO", "JUP", "JTO", "PEPE", "SHIB", "WIF", "BONK"),
        *("FLOKI", "TRUMP", "FARTCOIN", "HYPE", "WLD", "FET", "RENDER", "TAO", "1INCH", "KAS", "STX", "ORDI"),
        *("1000PEPE", "1000SHIB", "1000BONK", "1000FLOKI", "IMX", "SAND", "MANA", "AXS", "GALA", "APE"),
        *("EGLD", "RUNE", "GRT", "QNT", "THETA", "KSM", "IOTA", "ZIL"),
        *("VIRTUAL", "PENGU", "EIGEN", "KAITO", "ZK", "W", "PYTH", "MORPHO", "ZRO", "MANTA", "MINA", "ENS"),
        *("SUSHI", "DYM", "CELO", "YGG", "SAGA", "XAI", "TRB", "BLUR", "LAYER", "BIO", "RSR", "ZEN"),
        *("PUMP", "WLFI", "XPL", "LINEA", "AVNT", "MON", "MET", "KITE", "ZORA", "SPX", "NIL", "INIT"),
        *("WCT", "HYPER", "SOPH", "RESOLV", "BABY", "SYRUP"),
    }
)
"""Coins and currencies that are traded widely; new ones appear every week, so the list is open."""
