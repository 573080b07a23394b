"""The page on which a person sees a network learn: static files, and calls of the HTTP face."""
