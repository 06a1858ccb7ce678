package model

// nearest is the word with the fewest edits to name, the first of equals. It is
// workload.Nearest over again: what models stand on imports nothing of bench.
func nearest(name string, words []string) string {
	best, least := "", -1
	for _, w := range words {
		if d := edits(name, w); least < 0 || d < least {
			best, least = w, d
		}
	}
	return best
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
