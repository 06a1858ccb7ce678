package loop

// table finds the Source of a descriptor. It grows by chunks, so that it neither
// moves nor doubles: an idle connection costs it one slot.
type table struct{ chunks []*[chunk]slot }

const chunk = 512

// slot is what is known of one descriptor number. Its generation counts how
// often the number was added: it travels in the epoll event, so that an event
// left over from a closed descriptor never reaches its successor.
type slot struct {
	src Source
	gen uint32
}

// at returns the slot of fd, or nil if none was ever added there.
func (t *table) at(fd int) *slot {
	if c := fd / chunk; fd >= 0 && c < len(t.chunks) && t.chunks[c] != nil {
		return &t.chunks[c][fd%chunk]
	}
	return nil
}

// make returns the slot of fd, making room for it.
func (t *table) make(fd int) *slot {
	c := fd / chunk
	for c >= len(t.chunks) {
		t.chunks = append(t.chunks, nil)
	}
	if t.chunks[c] == nil {
		t.chunks[c] = new([chunk]slot)
	}
	return &t.chunks[c][fd%chunk]
}
