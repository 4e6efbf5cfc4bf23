"""Kit: what every room needs and none owns: database start, base templates, uploads, Chinese text, senders."""
