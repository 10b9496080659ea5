"""Who somebody is: sessions, sign-in links and tokens, which are stored only as hashes."""
