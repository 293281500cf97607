"""Functions of tensors: boxes, suppression, pooling of regions, masks pasted, integral images."""
