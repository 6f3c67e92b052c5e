"""Builders of figures: plain data and a theme in, a figure out. They draw nothing and know no model."""
