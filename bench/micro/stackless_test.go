package micro

// future is what a task waits for: the wake-up of who waits for it, and a value.
type future struct {
	done   bool
	value  int
	waiter *task
}

// complete wakes the waiter in place, as a loop does that is at its turn's end.
func (f *future) complete(value int) {
	f.done, f.value = true, value
	if w := f.waiter; w != nil {
		f.waiter = nil
		w.step()
	}
}

// task is an async function as a compiler makes it: its locals, the state it is in,
// what it waits for, and the future of its result.
type task struct {
	awaits *awaits
	depth  int
	state  int
	child  *task   // that it awaits, if it is not the deepest
	io     *future // that it awaits, if it is
	result future
}

// awaits are a chain of tasks that wake each other from the deepest up.
type awaits struct {
	depth int
	again bool
	seen  *int
	root  *task  // of the handler
	io    future // what the deepest waits for
}

func newAwait(depth int, perCall bool, seen *int) bridge {
	a := &awaits{depth: depth, again: !perCall, seen: seen}
	a.call()
	return a
}

// call calls the handler, which waits when call returns.
func (a *awaits) call() { a.root = a.start(a.depth) }

func (a *awaits) start(depth int) *task {
	t := &task{awaits: a, depth: depth}
	t.step()
	return t
}

// step runs the task until it waits or returns.
func (t *task) step() {
	for {
		switch t.state {
		case 0: // it was called
			if t.depth == 1 {
				t.state = 2
				continue
			}
			t.state = 1
			t.child = t.awaits.start(t.depth - 1)
			if !t.child.result.done {
				t.child.result.waiter = t
				return
			}
		case 1: // its child has returned
			t.result.complete(t.child.result.value + 1)
			return
		case 2: // the deepest waits
			t.io = &t.awaits.io
			t.io.done, t.io.waiter, t.state = false, t, 3
			return
		case 3: // what it waited for has come
			if t.awaits.again {
				*t.awaits.seen++
				t.state = 2
				continue
			}
			t.result.complete(1)
			return
		}
	}
}

func (a *awaits) resume() {
	a.io.complete(1)
	if !a.again {
		if a.root.result.value == a.depth {
			*a.seen++
		}
		a.call() // the handler has returned: the next request
	}
}

func (a *awaits) end() {}

func (a *awaits) standing() int {
	n := 0
	for t := a.root; t != nil && !t.result.done; t = t.child {
		n++
	}
	return n
}

// polled is a task that is polled by the one that awaits it, and holds its state inside its
// caller's: nothing is allocated for a call, and each wake-up goes the whole way down.
type polled struct {
	depth int
	state int
	child *polled // part of it; a pointer, because Go has no types that contain themselves
	again bool
	seen  *int
	woken *bool
}

func newPolled(depth int, perCall bool, seen *int) bridge {
	woken := new(bool)
	var t *polled
	for d := 1; d <= depth; d++ {
		t = &polled{depth: d, child: t, again: !perCall, seen: seen, woken: woken}
	}
	t.poll()
	return t
}

// poll runs the task until it returns (true) or waits.
//
//go:noinline
func (t *polled) poll() (value int, done bool) {
	if t.depth > 1 {
		if t.state == 0 { // the call: the child begins anew
			t.child.state, t.state = 0, 1
		}
		v, done := t.child.poll()
		return v + 1, done
	}
	for {
		if t.state == 0 {
			t.state = 1
		}
		if !*t.woken {
			return 0, false
		}
		*t.woken = false
		if !t.again {
			return 1, true
		}
		*t.seen++
	}
}

func (t *polled) resume() {
	*t.woken = true
	if v, done := t.poll(); done {
		if v == t.depth {
			*t.seen++
		}
		t.state = 0
		t.poll() // the next request
	}
}

func (t *polled) end() {}

func (t *polled) standing() int {
	n := 0
	for ; t != nil && t.state == 1; t = t.child {
		n++
	}
	return n
}
