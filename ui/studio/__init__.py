"""The training page, and trainings on other pages."""
