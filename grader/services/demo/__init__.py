"""The demo course: invented people, their week, and what staff did."""
