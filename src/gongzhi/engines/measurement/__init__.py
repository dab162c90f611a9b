"""Is this community really different, or is it chance?"""
