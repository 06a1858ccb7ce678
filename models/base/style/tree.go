package style

// adopt makes t the owner of n, which has none.
func (t *Task) adopt(n *Task) {
	n.owner, n.prev, n.next = t, t.tail, nil
	if t.tail != nil {
		t.tail.next = n
	} else {
		t.head = n
	}
	t.tail = n
}

// leave takes t from its owner.
func (t *Task) leave() {
	if t.prev != nil {
		t.prev.next = t.next
	} else {
		t.owner.head = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	} else {
		t.owner.tail = t.prev
	}
	t.owner, t.prev, t.next = nil, nil, nil
}

// drop frees a task that is over and owns nothing.
func (t *Task) drop() {
	t.leave()
	t.scope.free(t)
}

// finish is the one way for a task to be over that was not cancelled.
func (t *Task) finish(err error) {
	t.over, t.err = true, err
	if t.owner != nil {
		t.owner.onOver(t)
	}
}

// end ends an async function: what it has started ends with it, and a failure that it
// did not look at becomes its own.
func (t *Task) end(err error) {
	for n := t.head; n != nil && err == nil; n = n.next {
		if n.over {
			err = n.err
		}
	}
	t.async, t.waits = nil, nil
	t.cancelOwned()
	t.finish(err)
}

// cancelOwned cancels and frees all that t owns, in the order it came.
func (t *Task) cancelOwned() {
	for t.head != nil {
		t.head.cancel()
	}
}

// cancel ends a task, if it is not over, without telling its owner, and frees it.
func (t *Task) cancel() {
	s, running := t.scope, !t.over
	t.leave()
	t.over = true
	t.cancelOwned()
	if running {
		switch t.kind {
		case kindAsync:
			if c, ok := t.async.(Canceler); ok {
				s.cancelled(c)
			}
		case kindCall:
			s.host.Abandon(t.call)
			t.call.Err = ErrCancelled
		case kindSleep:
			s.timers.remove(t)
		case kindOffload: // another thread has it: back frees it
			return
		}
	}
	s.free(t)
}

// cancelled runs code of a handler where a panic must not end the work half done.
func (s *Scope) cancelled(c Canceler) {
	defer func() {
		if v := recover(); v != nil && s.fault == nil {
			s.fault = FaultOf(v)
		}
	}()
	c.Cancelled()
}
