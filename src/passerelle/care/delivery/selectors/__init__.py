"""Reads of delivery: each takes the viewer and shows what concerns the establishments whose flows they keep."""
