"""The numbers that the made market is built from, each with the figure that it was fitted to.

"Measured" is from recorded history, July 2023 to June 2025 unless another time is told; "assumed" is what
no data was at hand for. `docs/market.md` sets what was measured beside what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_TURNOVER_MUSD = 5000.0
"""Coins whose largest swap turns over more than this are the largest: BTC and ETH."""

# Prices.

MARKET_FREEDOM = 6.0
COIN_FREEDOM = 3.2
"""Degrees of freedom of the t distribution of hourly pushes. Measured kurtosis of hourly returns: 14 BTC, 25
ETH, 11 to 59 others; of daily ones 5 BTC, median of 47 coins 6."""

MARKET_LOG_VOLATILITY = ((900.0, 0.25), (20.0, 0.42))
COIN_LOG_VOLATILITY = ((900.0, 0.40), (20.0, 0.55))
"""Memory in hours and deviation of the logarithm of volatility, slow and quick. Measured autocorrelation of
BTC's absolute hourly returns: 0.28 after an hour, 0.14 after a day, 0.16 after a week, 0.05 after a month."""

ALTS_SHARE = 0.3
"""Share of what BTC leaves unexplained that all other coins have in common. Measured: their residuals'
pairwise correlation has a median of 0.30."""

HOUR_VOLATILITY = (
    *(0.98, 1.07, 0.95, 0.79, 0.73, 0.74, 0.78, 0.84, 0.85, 0.81, 0.78, 0.79),
    *(0.89, 1.28, 1.66, 1.45, 1.18, 1.25, 1.15, 1.12, 1.04, 1.00, 1.03, 0.85),
)
WEEKDAY_VOLATILITY = (1.23, 1.17, 1.11, 1.08, 1.10, 0.56, 0.75)
"""Mean absolute hourly return of BTC by hour UTC and by weekday from Monday, over its mean; measured."""

MARKET_LOG_TURNOVER = (1500.0, 0.50)
COIN_LOG_TURNOVER = (1500.0, 0.65)
QUICK_TURNOVER = 0.5
TURNOVER_OF_LARGEST = 0.35
WEEKDAY_TURNOVER = (1.21, 1.17, 1.12, 1.11, 1.08, 0.70, 0.76)
"""Turnover beyond what volatility brings, how far it follows quick volatility, how far that of ETH moves
alone (BTC's does not), and its weekdays. Measured: log turnover of a day deviates by 0.67 (BTC) to 1.2; its
autocorrelation (median of 13 spot markets) is 0.84 after a day, 0.74 after a week, 0.39 after a month; it
rises one to one with volatility (BTC, slope 1.03)."""

QUOTE_LOG_RATES = ((72.0, 0.0003), (72.0, 0.0001))
"""Memory in hours and deviation of USDT and USDC in USD; assumed."""

# Premiums.

QUANTILE_LEVELS = (
    *(0.0001, 0.001, 0.01, 0.05, 0.10, 0.25, 0.50, 0.55),
    *(0.75, 0.88, 0.90, 0.95, 0.99, 0.999, 0.9999),
)

LARGE_TURNOVER_MUSD = 500.0
"""Coins whose largest swap turns over more than this are large; the measured large ones are BTC, ETH and
XRP."""

PREMIUM_HOURS = (1000.0, 12.0, 1000.0, 36.0, 24.0, 4.0)
"""Memory of the market's slow and quick part, the coin's slow and quick part, the venue's part, and noise.
Measured autocorrelation of funding at binance (BTC): 0.83 after 8 h, 0.76 after 1 d, 0.69 after 3 d, 0.55
after 7 d, 0.31 after 21 d."""

MARKET_PULL = 0.75
"""Correlation of the slow part's pushes with those of BTC's price. Measured correlation of BTC's funding with
the return of the past 30 days: 0.54; of ETH's and XRP's 0.60 and 0.58; of the past 7 days 0.21 to 0.33."""


@dataclass(frozen=True, slots=True)
class PremiumClass:
    """How the premiums of a class of coins behave.

    Attributes:
        quantiles_bp: The premium at each of `QUANTILE_LEVELS`.
        shares: Of the variance of the level: the market's slow and quick part, the coin's slow and quick
            part.
        venue: Deviation of the venue's part.
        tilt: Deviation of what a coin is above others in the long run.
        noise_bp: Deviation of what is gone within hours.
        spikes: How far spikes reach, over those of small coins.
        gap_bp: What premiums lie above the difference of swap and spot.
    """

    quantiles_bp: tuple[float, ...]
    shares: tuple[float, float, float, float]
    venue: float
    tilt: float
    noise_bp: float
    spikes: float
    gap_bp: float


LARGE = PremiumClass(
    quantiles_bp=(-8.0, -6.6, -5.9, -5.25, -4.95, -4.65, -4.15, -4.0, 1.0, 6.0, 6.5, 7.9, 10.6, 13.0, 17.0),
    shares=(0.80, 0.14, 0.03, 0.03),
    venue=0.15,
    tilt=0.10,
    noise_bp=0.5,
    spikes=0.02,
    gap_bp=0.2,
)
"""Quantiles: funding of BTC, ETH and XRP at binance, less 5 bp below the neutral rate and 5 bp more above it,
and between them the difference of swap and spot. Shares: their funding correlates 0.82 (8 h) and 0.90 (1
d)."""

ALT = PremiumClass(
    quantiles_bp=(-35.0, -20.0, -11.0, -7.9, -5.9, -4.45, -4.0, -3.6, 1.0, 6.3, 7.0, 9.0, 14.0, 25.0, 40.0),
    shares=(0.66, 0.06, 0.18, 0.10),
    venue=0.20,
    tilt=0.25,
    noise_bp=0.9,
    spikes=1.0,
    gap_bp=1.5,
)
"""Quantiles: funding of 114 coins at hyperliquid, which below the neutral rate was that of the same coins at
binance (February to June 2025), and above it exceeded it as much as that of BTC, ETH and XRP did. Shares: it
correlates 0.58 (8 h) and 0.64 (1 d) by rank. Gap: 0.9 to 2.2 bp for 7 coins, May and June 2025."""

SPIKES_A_YEAR = 1.5
SPIKE_HOURS = 34.0
SPIKE_LEAST_BP = 10.0
SPIKE_MOST_BP = 1500.0
SPIKE_TAIL = 1.1
SPIKE_NEGATIVE_SHARE = 0.85
"""How often a small coin's premium leaps, what is left after so many hours, how far it leaps (a Pareto law),
and how often down. Fitted to the 0.1 % and 1 % quantiles of the 114 coins; the hours to LAYER in May 2025,
whose funding a day fell from 671 bp per 8 h to 2 bp in six days."""

# Funding.

INTEREST = 0.0001
RATE_CLAMP = 0.0005
"""Per 8 hours, as published; 34 to 44 % of the payments of BTC, ETH and XRP were exactly 0.01 %."""

INTEREST_FREE = frozenset({("binance", "BNB")})
"""Venue and coin without interest: no payment of BNB at binance was 0.01 %, and the median was 0."""

CAP_OF_LARGEST = 0.003
CAP_BY_INTERVAL = {8: 0.0075, 4: 0.02}
"""Bound of a rate per interval for the largest coins, and for others by their usual interval. Measured
largest: BTC 0.300 %, XMR 0.652 % (8 h), LAYER 2.000 % (4 h)."""

CALM_RATE = 0.00025
CALM_PAYMENTS = 16
"""After so many payments in a row that are no larger a shortened interval ends, as binance publishes it."""

# Order books.

RECORDED_TURNOVER = {"spot": 2.85e9, "swap": 27.6e9}
"""Turnover of BTC at binance on the day of the recorded order books, 2024-08-08."""

DEPTH_SHARE = {"spot": 0.00086, "swap": 0.00029}
DEPTH_POWER = 0.75
DEPTH_SPREAD = 0.30
"""Measured that day within 10 bps of the best, median of the thinner side: 2.4 M USD spot, 8.0 M USD swap, as
a share of the turnover. That thinner markets show more of it, by this power, is assumed; the deviation
too."""

SPREAD_AT_RECORD = {"spot": 0.0000050, "swap": 0.0000033}
SPREAD_POWER = 0.5
SPREAD_SPREAD = 0.4
"""Mean spread of the recorded books, a ratio. The power of turnover that it falls with is assumed, so that a
swap of 100 M USD a day has 0.55 bp and one of 1 M USD 5.5 bp, and spot of 1 M USD 2.7 bp; a tick is the
least."""

DIGITS_OF_LARGEST = {"spot": 7, "swap": 6}
DIGITS = 5
"""Digits of a price; BTC has ticks of 0.01 (spot) and 0.1 (swap)."""

MIDDLE_NOISE = 0.00005
"""What the middle of a book deviates from the price of its coin, beside half a spread. Measured: 90 % of
hourly BTC closes at two other venues were within 1.9 bp of binance's, which trades make noisier than
middles."""

# Listings and faults: assumed.

SAFE_TURNOVER_MUSD = 100.0
DELISTINGS_A_YEAR = 0.08
DELISTING_NOTICE_HOURS = (96.0, 240.0)
NEW_LISTINGS_DAYS = 540.0
LISTING_LAG_DAYS = 20.0
"""Coins smaller than this are delisted at this rate a year and venue, after a notice. New coins come within
so many days of the origin; other venues follow the first after so many days in the mean."""

AGE_S = 2.0
STALE_SHARE = 0.0015
OUTAGE_SHARE = 0.0007
MISSING_SHARE = 0.0020
CROSSED_SHARE = 0.0005
TWICE_SHARE = 0.0003
SECOND_TELLING = 0.0002
"""Mean age of a quote in seconds, the share of quotes with each fault, the share of a venue's hours in which
all its quotes are stale, and how far prices of a second telling differ where they do."""

# Instruments that were added later: assumed.

CURRENCY_TURNOVER_MUSD = 60.0
"""Turnover of a currency's own market."""

FURTHER_PREMIUM = (24.0, 0.00008)
"""Memory in hours and deviation of what a further swap trades above its sibling at the largest venue."""

FUTURE_APR = 0.055
FUTURE_APR_PARTS = ((700.0, 0.025), (30.0, 0.006))
FUTURE_NOISE = (6.0, 0.0002)
"""What futures trade above their coin, a year: in the mean; memory and deviation of the part that all
share, and of a future's own; and the same of noise that does not shrink towards the expiry."""

BORROW_APR = ((LARGEST_TURNOVER_MUSD, 0.018), (LARGE_TURNOVER_MUSD, 0.045), (0.0, 0.09))
BORROW_LOG_APR = (72.0, 0.45)
BORROW_SHARE = 0.02
"""What borrowing costs a year, by the turnover from which it does; memory and deviation of its logarithm; and
what there is to borrow, as a share of the spot market's turnover: the less the dearer it is."""
