"""What detectors are made of: backbones, pyramids, anchors, matching, sampling, losses, heads, post-processing."""
