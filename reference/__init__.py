"""What is right: the reference solutions. Secret, and independent of the grader that runs them."""
