"""Pure rules of the adapter: states, what a question asks for, what a form says, and the two ways to write it down."""
