"""What regrades and rescores changed for students, and the letters that tell them."""
