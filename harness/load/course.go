package load

import "assay/harness/trial"

const (
	parts   = 12 // of a slice's duration
	slowest = 8  // requests that are kept one by one
)

// course is what one worker notes of a slice for the gates: how it went on in time,
// which requests took longest, and which it sent late by its own doing. Noting a request allocates nothing.
type course struct {
	start, part int64 // ns
	due, done   [parts]uint32
	right       [parts]uint32
	service     [parts]int64 // sum over the right ones, ns
	slow        [slowest]trial.Slow
	slows       int
	least       int // index of the least of slow, once there are so many
	answerBytes uint64
	lateOwn     uint64
}

func newCourse(start, end int64) course {
	return course{start: start, part: max(1, (end-start)/parts)}
}

func (k *course) at(when int64) int {
	return int(max(0, min(parts-1, (when-k.start)/k.part)))
}

// answer notes a right answer.
func (k *course) answer(t *Times, bytes uint64) {
	i := k.at(t.Done)
	k.done[i]++
	k.right[i]++
	k.service[i] += t.Done - t.Sent
	k.answerBytes += bytes
	if response := t.Done - t.Intended; k.slows < slowest || response > k.slow[k.least].Response {
		k.keep(trial.Slow{At: t.Intended - k.start, Response: response})
	}
}

func (k *course) keep(s trial.Slow) {
	at := k.least
	if k.slows < slowest {
		at = k.slows
		k.slows++
	}
	k.slow[at] = s
	for i := range k.slow[:k.slows] {
		if k.slow[i].Response < k.slow[k.least].Response {
			k.least = i
		}
	}
}

// addTo adds the course to a slice's figures. Of several workers' slowest requests
// all are kept that there is room for.
func (k *course) addTo(f *trial.LoadFigures) {
	if f.Series == nil {
		f.Series = &trial.Series{Due: make([]uint32, parts), Done: make([]uint32, parts)}
	}
	s := f.Series
	for i := range parts {
		s.Due[i] += k.due[i]
		s.Done[i] += k.done[i]
	}
	f.AnswerBytes += k.answerBytes
	for _, one := range k.slow[:k.slows] {
		if len(f.Slowest) < slowest {
			f.Slowest = append(f.Slowest, one)
		}
	}
}

// means are the mean service times of each part over all workers, ns.
func means(outcomes []outcome) []int64 {
	mean := make([]int64, parts)
	for i := range mean {
		var sum, n int64
		for k := range outcomes {
			sum += outcomes[k].course.service[i]
			n += int64(outcomes[k].course.right[i])
		}
		if n > 0 {
			mean[i] = sum / n
		}
	}
	return mean
}
