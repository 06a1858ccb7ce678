package coroutine

// stack is where one handler waits.
type stack struct {
	request   uint64
	coroutine int
	text      []byte // as runtime.Stack gives it
}

// stacks shows where every waiting handler waits. Each coroutine is resumed for as long as it
// takes to write its own stack down: that costs a request nothing unless it is asked for,
// and tells whose stack it is, which a dump of all goroutines does not. It is called on
// the loop's goroutine.
func (s *scheduler) stacks() []stack {
	var all []stack
	for _, c := range s.all {
		if c.left == 0 { // idle, or not waiting
			continue
		}
		w := stack{request: c.request, coroutine: c.id}
		c.look = &w.text
		c.next()
		c.look = nil
		all = append(all, w)
	}
	return all
}
