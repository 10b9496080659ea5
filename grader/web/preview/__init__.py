"""The preview that authors see while they write: students' pages, made from the files as they are now.

It has no database, no key and nobody signed in, so it reads answers and checks none. It is a program of its
own, ``python -m grader.web.preview``, which ``grader problems test --watch`` starts on this machine only.
"""
