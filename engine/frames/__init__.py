"""What every arrow between two stages carries: one schema a file."""
