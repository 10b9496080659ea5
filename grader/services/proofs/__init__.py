"""Whether what is stored is what was promised: the ledger's and the receipts' audit, backups, health."""
