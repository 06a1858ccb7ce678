package blocking

import "time"

// due is a heap of members by deadline, the earliest first (container/heap).
type due []*Member

func (d due) Len() int           { return len(d) }
func (d due) Less(i, j int) bool { return d[i].until.Before(d[j].until) }

func (d due) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].place, d[j].place = i+1, j+1
}

func (d *due) Push(x any) {
	m := x.(*Member)
	*d = append(*d, m)
	m.place = len(*d)
}

func (d *due) Pop() any {
	last := len(*d) - 1
	m := (*d)[last]
	(*d)[last] = nil
	*d = (*d)[:last]
	m.place = 0
	return m
}

// next is the earliest deadline; the zero time without any.
func (d due) next() time.Time {
	if len(d) == 0 {
		return time.Time{}
	}
	return d[0].until
}
