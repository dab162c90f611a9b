"""Which offers should serve which needs, fairly between communities, and why.

`pool` is what goes in, `planning.plan_matches` makes the plan, `replanning.plan_with_more_needs`
mends it, `unmet` and `choices` explain it. docs/engines/matching.md tells the whole in prose.
"""
