"""The ways by which workers come: an invite link, a panel, a marketplace."""
