"""The demonstration territory: fictitious patients, journeys and effects, planted and declared."""
