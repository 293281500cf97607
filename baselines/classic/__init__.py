"""What was there before networks: HOG, distance transforms, latent SVMs, segmentation into regions."""
