"""What every page has, whatever it teaches."""
