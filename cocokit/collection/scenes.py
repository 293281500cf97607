"""The forty scene words that COCO's searches were made with (Table B.2), from the SUN database."""

INDOOR = (
    "library", "church", "office", "restaurant", "kitchen", "living room", "bathroom", "factory", "campus", "bedroom",
    "child's room", "dining room", "auditorium", "shop", "home", "hotel", "classroom", "cafeteria", "hospital room",
    "food court",
)  # fmt: skip
OUTDOOR = (
    "village", "valley", "street", "park", "beach", "river", "market", "harbor", "yard", "parking lot", "lighthouse",
    "railway", "playground", "swimming pool", "forest", "gas station", "garden", "farm", "mountain", "plaza",
)  # fmt: skip

#: All forty, in the order of the table.
SCENES = INDOOR + OUTDOOR
