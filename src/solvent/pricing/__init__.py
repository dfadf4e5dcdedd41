"""What calls cost: the book of prices, the ceiling for a hold, the cost for a settlement. Pure, whole numbers only."""
