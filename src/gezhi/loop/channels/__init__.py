"""Rules by channel: limits, sign-offs and public replies, seen, edited, taken out and brought in."""
