"""The doors: hostile, odd and recorded requests, through the real application."""
