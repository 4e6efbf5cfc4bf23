"""What everybody may see: cases shown in public without a person in them, feeds to follow, figures, a form to embed."""
