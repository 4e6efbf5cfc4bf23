"""Pages of links: the panel on a case, the sender's pages, and what the person without an account sees."""
