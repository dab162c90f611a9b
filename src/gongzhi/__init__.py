"""Gongzhi 共治: self-hosted software with which a district and its communities govern together."""
