"""The ledger: every act of staff, in a chain of hashes."""
