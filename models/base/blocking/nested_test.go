package blocking

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assay/models/base/style"
)

// submitter is an executor whose tasks may submit to it and wait.
type submitter interface {
	// submit has f run and returns what waits for its end.
	submit(f func()) (wait func())
}

type ours struct{ *Executor }

func (e ours) submit(f func()) func() { return e.Submit(f).Wait }

// naive is the pool of the textbooks: a waiter waits, whatever it waits for.
type naive struct {
	size    int
	queue   *Queue[func()]
	waiting atomic.Int32  // threads that wait for a task
	begun   atomic.Int32  // tasks that are running or over
	all     atomic.Int32  // tasks that were submitted
	rescue  chan struct{} // closed to let the waiters go
}

func (p *naive) submit(f func()) func() {
	p.all.Add(1)
	over := make(chan struct{})
	p.queue.Push(func() {
		p.begun.Add(1)
		f()
		close(over)
	})
	return func() {
		p.waiting.Add(1)
		defer p.waiting.Add(-1)
		select {
		case <-over:
		case <-p.rescue:
		}
	}
}

// deadlocked says that it will never do anything any more: each of its threads
// waits, and what they wait for has not begun.
func (p *naive) deadlocked() bool {
	return int(p.waiting.Load()) == p.size && p.begun.Load() < p.all.Load()
}

// nest has every task of a tree of this depth submit width others and wait for them,
// and counts the leaves.
func nest(e submitter, depth, width int, leaves *atomic.Int32) {
	if depth == 0 {
		leaves.Add(1)
		return
	}
	waits := make([]func(), width)
	for i := range waits {
		waits[i] = e.submit(func() { nest(e, depth-1, width, leaves) })
	}
	for _, wait := range waits {
		wait()
	}
}

// Tasks that submit to their own executor and wait deadlock a naive pool as soon as
// each of its threads has one; ours takes any depth on any number of threads.
func TestNestedSubmission(t *testing.T) {
	for _, row := range []struct{ threads, roots, depth, width int }{
		{1, 1, 1, 1}, {1, 1, 5, 1}, {2, 2, 1, 1}, {2, 4, 4, 3}, {4, 16, 3, 4},
	} {
		t.Run(fmt.Sprint(row), func(t *testing.T) {
			want := int32(row.roots)
			for range row.depth {
				want *= int32(row.width)
			}
			if leaves, hung := nested(row.threads, row.roots, row.depth, row.width, true); leaves != want || hung {
				t.Errorf("ours: %d leaves, hung %v, want %d", leaves, hung, want)
			}
			if leaves, hung := nested(row.threads, row.roots, row.depth, row.width, false); !hung {
				t.Errorf("naive: %d of %d leaves, and no deadlock: this test shows nothing", leaves, want)
			}
		})
	}
}

// nested runs a tree of each root on an executor. hung: no thread could go on.
func nested(size, roots, depth, width int, own bool) (leaves int32, hung bool) {
	threads := NewThreads(size)
	defer threads.Wait()
	var n atomic.Int32
	var running sync.WaitGroup
	// Every root runs before any goes on, as many as there are threads: else a lucky
	// order would let a naive pool get by.
	meet := make(chan struct{})
	var met atomic.Int32
	gather := func() {
		if met.Add(1) == int32(min(size, roots)) {
			close(meet)
		}
		<-meet
	}
	running.Add(roots)
	root := func(e submitter) func() {
		return func() {
			defer running.Done()
			gather()
			nest(e, depth, width, &n)
		}
	}
	over := make(chan struct{})
	go func() { running.Wait(); close(over) }()
	if own {
		e, err := NewExecutor(threads, size, 1024)
		if err != nil {
			panic(err)
		}
		defer e.Close()
		for range roots {
			e.Execute(root(ours{e}))
		}
		select {
		case <-over:
		case <-time.After(20 * time.Second):
			hung = true
		}
		return n.Load(), hung
	}
	p := &naive{size: size, queue: NewQueue[func()](1024), rescue: make(chan struct{})}
	if err := threads.Fill(size, func() {
		for f, ok := p.queue.Pop(); ok; f, ok = p.queue.Pop() {
			f()
		}
	}); err != nil {
		panic(err)
	}
	for range roots {
		p.queue.Push(root(p))
	}
	for {
		select {
		case <-over:
			p.queue.Close()
			return n.Load(), false
		default:
		}
		if p.deadlocked() {
			leaves = n.Load()
			close(p.rescue)
			<-over
			p.queue.Close()
			return leaves, true
		}
		time.Sleep(time.Millisecond)
	}
}

// A task that found no room in the queue is run by who waits for it, and waiting
// twice is waiting once.
func TestTaskWithoutRoom(t *testing.T) {
	threads := NewThreads(1)
	defer threads.Wait()
	e, err := NewExecutor(threads, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	hold, busy := make(chan struct{}), make(chan struct{})
	defer close(hold)
	e.Execute(func() { close(busy); <-hold })
	<-busy
	e.Execute(func() {}) // the queue is full
	ran := 0
	task := e.Submit(func() { ran++ })
	task.Wait()
	task.Wait()
	if ran != 1 {
		t.Errorf("the task ran %d times", ran)
	}
}

// A fault in a task comes out where it is waited for, on whatever thread it happened.
func TestTaskFault(t *testing.T) {
	threads := NewThreads(1)
	defer threads.Wait()
	e, err := NewExecutor(threads, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	begun := make(chan struct{})
	elsewhere := e.Submit(func() { close(begun); panic("in a task") })
	<-begun
	for _, task := range []*Task{elsewhere, {f: func() { panic("in a task") }}} {
		func() {
			defer func() {
				fault, ok := recover().(*style.Fault)
				if !ok || fault.Value != "in a task" || !bytes.Contains(fault.Stack, []byte("nested_test.go")) {
					t.Errorf("Wait panics with %v", fault)
				}
			}()
			if !task.begun.Load() {
				task.over.Add(1)
			}
			task.Wait()
		}()
	}
}
