"""The `gongzhi` command line."""
