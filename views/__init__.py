"""The pages of the app: widgets and charts. What they show is computed by `lekh`."""
