"""Solutions of the practice set on the lecture "Deep Learning" (CS109, winter 2026), one module a problem."""
