"""The list of township duties: what may be given to a township, what it only assists in, what was taken back."""
