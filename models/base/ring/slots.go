package ring

import (
	"errors"

	"golang.org/x/sys/unix"
)

// slots are what is sent from, and received into where the kernel takes no provided
// buffers. The bytes lie where the collector has no say, because the kernel reads
// them until the completion, whatever becomes of their connection meanwhile. Small
// ones are reused last in first out, so that few are ever touched.
type slots struct {
	all  []slot
	free [classes][]int32
	maps [][]byte // of all but the large ones
	size int      // bytes of a middle one
}

// The classes: most answers are tiny, and a page holds several of those.
const (
	tiny = iota
	middle
	large
	classes
)

// slot is one of them, by number. Number 0 is none.
type slot struct {
	b        []byte
	from, to int // what of b is still to be sent
	class    uint8
}

const (
	slotsAMap  = 64
	tinySlot   = 512
	largeSlot  = 256 << 10
	keptLarges = 4 // unused large slots that stay mapped
)

// take gives a slot for want bytes, or a large one if it is more than any takes.
func (s *slots) take(want int) (int32, error) {
	class := large
	switch {
	case want <= min(tinySlot, s.size):
		class = tiny
	case want <= s.size:
		class = middle
	}
	if len(s.free[class]) == 0 {
		if err := s.grow(class); err != nil {
			return 0, err
		}
	}
	last := len(s.free[class]) - 1
	i := s.free[class][last]
	s.free[class] = s.free[class][:last]
	return i, nil
}

func (s *slots) grow(class int) error {
	if len(s.all) == 0 {
		s.all = append(s.all, slot{})
	}
	if class == large {
		b, err := mapAnonymous(largeSlot)
		if err != nil {
			return err
		}
		s.add(slot{b: b, class: large})
		return nil
	}
	size := s.size
	if class == tiny {
		size = min(tinySlot, s.size)
	}
	m, err := mapAnonymous(slotsAMap * size)
	if err != nil {
		return err
	}
	s.maps = append(s.maps, m)
	for i := slotsAMap - 1; i >= 0; i-- {
		s.add(slot{b: m[i*size : (i+1)*size : (i+1)*size], class: uint8(class)})
	}
	return nil
}

// add makes a slot of n, under a number whose large slot was given up, if any.
func (s *slots) add(n slot) {
	for i := 1; n.class == large && i < len(s.all); i++ {
		if s.all[i].b == nil {
			s.all[i] = n
			s.free[large] = append(s.free[large], int32(i))
			return
		}
	}
	s.all = append(s.all, n)
	s.free[n.class] = append(s.free[n.class], int32(len(s.all)-1))
}

// give takes a slot back that the kernel has done with.
func (s *slots) give(i int32) {
	sl := &s.all[i]
	if sl.class == large && len(s.free[large]) >= keptLarges {
		_ = unix.Munmap(sl.b) // it was mapped so
		sl.b = nil
		return
	}
	s.free[sl.class] = append(s.free[sl.class], i)
}

func (s *slots) close() error {
	var errs []error
	for i := range s.all {
		if sl := &s.all[i]; sl.class == large && sl.b != nil {
			errs = append(errs, unix.Munmap(sl.b))
		}
	}
	for _, m := range s.maps {
		errs = append(errs, unix.Munmap(m))
	}
	return errors.Join(errs...)
}
