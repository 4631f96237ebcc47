"""A transparency review: opened, questions asked, elements answered, closed."""
