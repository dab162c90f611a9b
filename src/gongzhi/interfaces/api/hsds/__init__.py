"""Open Referral HSDS 3, read only: what units in the district offer."""
