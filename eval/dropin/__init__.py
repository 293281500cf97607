"""pycocotools' own names and shapes on cocokit's engine."""
