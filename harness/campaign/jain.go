package campaign

// jain is Jain's index of fairness of what connections were served, (Σx)²/(n·Σx²):
// 1 if all got the same, 1/n if one got all; and the least that one got. Without
// connections or answers it is 0.
func jain(served []uint64) (index float64, least uint64) {
	var sum, squares float64
	for i, x := range served {
		if i == 0 || x < least {
			least = x
		}
		sum += float64(x)
		squares += float64(x) * float64(x)
	}
	if squares == 0 {
		return 0, 0
	}
	return sum * sum / (float64(len(served)) * squares), least
}
