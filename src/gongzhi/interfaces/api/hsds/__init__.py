"""Open Referral HSDS 3, read only."""
