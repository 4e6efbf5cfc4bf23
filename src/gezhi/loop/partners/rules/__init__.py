"""Pure rules of partners: when a piece is tried again, and how a signature over it is made and checked."""
