package oracle

import "slices"

// release is how long what had waited took to leave after a stall, ns, the mean over the stalls
// that the record holds whole; 0 if there is none. It wants even arrivals. The law has answers leave
// at once when a stall is over; a machine takes some 10 µs for each, and who comes meanwhile
// waits too. That is no error of a generator which sees it.
//
// A release is over at the first gap in departures of half the usual time between requests
// or more, or at the record's end, once about as many have left as came since the stall began.
func (r *record) release(law Law, epoch int64) int64 {
	departs := make([]int64, len(r.all))
	for i := range r.all {
		departs[i] = r.all[i].depart
	}
	slices.Sort(departs)
	gap := usualGap(departs)
	if gap <= 0 {
		return 0
	}
	a, b := int64(law.A), int64(law.B)
	var sum, n int64
	for over := epoch + a; over < departs[len(departs)-1]; over += b {
		first, _ := slices.BinarySearch(departs, over)
		if first == 0 {
			continue // the record began in this stall, or after it
		}
		for i := first; i < len(departs) && departs[i] < over+b-a; i++ {
			came := (a + departs[i] - over) / gap
			last := i+1 == len(departs) || departs[i+1]-departs[i] >= gap/2
			if last && int64(i-first+1) >= came*95/100 {
				sum += departs[i] - over
				n++
				break
			}
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// calm says whether an arrival, ns after the law's epoch, met neither a stall nor what it leaves
// behind: not all that has waited can be answered at once, which says nothing of the oracle.
func (l Law) calm(at int64) bool {
	a, b := int64(l.A), int64(l.B)
	return l.Kind != Stall || at%b > a+(b-a)/10
}

// usualGap is the median time between departures: most requests come while there is no stall.
func usualGap(departs []int64) int64 {
	if len(departs) < 100 {
		return 0
	}
	gaps := make([]int64, len(departs)-1)
	for i := range gaps {
		gaps[i] = departs[i+1] - departs[i]
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}
