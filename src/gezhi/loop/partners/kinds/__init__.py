"""The kinds of partners that come with the product."""
