"""What is in a dataset, counted: tables, histograms and maps over its columns, and pages that show them."""
