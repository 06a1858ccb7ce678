package ring

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// queues is one io_uring: operations go in by next, and out with their results by
// peek and pop. Both queues are memory shared with the kernel, in which each side
// owns one end: a tail is stored after the entry that it uncovers, and loaded before
// it is read. (Go's atomics are stronger than the acquire and release that this asks for.)
type queues struct {
	fd       int
	features uint32
	flags    uint32 // as set up
	enabled  bool

	sqes           []sqe
	sqHead, sqTail *uint32
	sqFlags        *uint32
	tail           uint32 // ours: what lies before it is filled, published by publish
	told           uint32 // as much of tail as the kernel may see

	cqes           []cqe
	cqHead, cqTail *uint32
	head           uint32 // ours: what lies before it was popped

	rings, entries, page []byte   // mappings
	arg                  *waitArg // in page, with the addresses of connects behind it
	enters               uint64   // calls of io_uring_enter so far
}

const pageSize = 4096

// open makes queues with those IORING_SETUP flags. The errors are those of setup.
func open(sq, cq, flags uint32) (*queues, error) {
	p := params{flags: flags | setupCQSize | setupClamp, cqEntries: cq}
	fd, errno := setup(sq, &p)
	if errno != 0 {
		return nil, fmt.Errorf("io_uring_setup: %w", errno)
	}
	q := &queues{fd: fd, features: p.features, flags: p.flags, enabled: p.flags&setupDisabled == 0}
	if err := q.mapAll(&p); err != nil {
		return nil, errors.Join(err, q.close())
	}
	return q, nil
}

// setup is a variable for tests of kernels that refuse.
var setup = func(sq uint32, p *params) (int, unix.Errno) {
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, uintptr(sq), uintptr(unsafe.Pointer(p)), 0)
	return int(fd), errno
}

func (q *queues) mapAll(p *params) (err error) {
	const all = featSingleMap | featNoDrop | featFastPoll | featExtArg | featTags
	if p.features&all != all {
		return fmt.Errorf("io_uring: features %#x: too old, it takes Linux 5.13", p.features)
	}
	size := max(p.sq.array+p.sqEntries*4, p.cq.cqes+p.cqEntries*uint32(unsafe.Sizeof(cqe{})))
	if q.rings, err = unix.Mmap(q.fd, offSQ, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE); err != nil {
		return fmt.Errorf("io_uring: map the queues: %w", err)
	}
	size = p.sqEntries * uint32(unsafe.Sizeof(sqe{}))
	if q.entries, err = unix.Mmap(q.fd, offSQEs, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE); err != nil {
		return fmt.Errorf("io_uring: map the entries: %w", err)
	}
	if q.page, err = mapAnonymous(pageSize + int(p.sqEntries)*addrSize); err != nil {
		return err
	}
	at := func(off uint32) *uint32 { return (*uint32)(unsafe.Pointer(&q.rings[off])) }
	q.sqHead, q.sqTail, q.sqFlags = at(p.sq.head), at(p.sq.tail), at(p.sq.flags)
	q.cqHead, q.cqTail = at(p.cq.head), at(p.cq.tail)
	q.sqes = unsafe.Slice((*sqe)(unsafe.Pointer(&q.entries[0])), p.sqEntries)
	q.cqes = unsafe.Slice((*cqe)(unsafe.Pointer(&q.rings[p.cq.cqes])), p.cqEntries)
	for i, array := uint32(0), unsafe.Slice(at(p.sq.array), p.sqEntries); i < p.sqEntries; i++ {
		array[i] = i // entries are used in their order
	}
	q.arg = (*waitArg)(unsafe.Pointer(&q.page[0]))
	q.arg.ts = uint64(uintptr(unsafe.Pointer(&q.arg.sec)))
	return nil
}

// mapAnonymous gives memory that the collector knows nothing of. It is there from
// its first touch on.
func mapAnonymous(size int) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, fmt.Errorf("io_uring: map %d bytes: %w", size, err)
	}
	return b, nil
}

// next gives a cleared entry for one operation. With the queue full, what is in it
// is submitted first; the error is the kernel's, which takes nothing any more.
func (q *queues) next() (*sqe, error) {
	if q.tail-atomic.LoadUint32(q.sqHead) == uint32(len(q.sqes)) {
		if err := q.enter(0, 0, false); err != nil {
			return nil, err
		}
		if q.tail-atomic.LoadUint32(q.sqHead) == uint32(len(q.sqes)) {
			return nil, fmt.Errorf("io_uring: the kernel takes no more operations: %w", unix.EBUSY)
		}
	}
	e := &q.sqes[q.tail&uint32(len(q.sqes)-1)]
	q.tail++
	*e = sqe{}
	return e, nil
}

// addr is room for the address of a connect that e asks for. The kernel copies it when it
// takes e, so that it lasts as long as it must.
func (q *queues) addr(e *sqe) []byte {
	i := (uintptr(unsafe.Pointer(e)) - uintptr(unsafe.Pointer(&q.sqes[0]))) / unsafe.Sizeof(sqe{})
	at := pageSize + int(i)*addrSize
	return q.page[at : at+addrSize]
}

const addrSize = 32 // a sockaddr_in6 is 28

// unsubmitted says how many entries the kernel has not taken yet.
func (q *queues) unsubmitted() uint32 { return q.tail - atomic.LoadUint32(q.sqHead) }

// enter is the one system call: it submits what there is and, if wanted, waits for
// least completions, at most for d (for ever if negative).
func (q *queues) enter(least uint32, d time.Duration, reap bool) error {
	if err := q.enable(); err != nil {
		return err
	}
	if q.told != q.tail {
		q.told = q.tail
		atomic.StoreUint32(q.sqTail, q.tail)
	}
	var flags, arg, size uintptr
	if reap {
		flags = enterGetEvents
		atomic.StoreUint32(q.cqHead, q.head)
		if least > 0 && d >= 0 {
			q.arg.sec, q.arg.nsec = int64(d/time.Second), int64(d%time.Second)
			flags |= enterExtArg
			arg, size = uintptr(unsafe.Pointer(q.arg)), waitArgSize
		}
	}
	q.enters++
	// Submitting alone can take as long as all the sends in it: the Go scheduler is
	// told of each call, blocking or not.
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(q.fd), uintptr(q.unsubmitted()), uintptr(least), flags, arg, size)
	switch errno {
	case 0, unix.ETIME, unix.EINTR, unix.EBUSY, unix.EAGAIN: // the last two: reap first, then it takes more
		return nil
	}
	return fmt.Errorf("io_uring_enter: %w", errno)
}

// enable makes the calling thread the one that submits, where only one may.
func (q *queues) enable() error {
	if q.enabled {
		return nil
	}
	if _, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(q.fd), registerEnable, 0, 0, 0, 0); errno != 0 {
		return fmt.Errorf("io_uring: enable: %w", errno)
	}
	q.enabled = true
	return nil
}

// ready says how many completions can be popped.
func (q *queues) ready() uint32 { return atomic.LoadUint32(q.cqTail) - q.head }

// pop takes the oldest completion; there must be one.
func (q *queues) pop() cqe {
	c := q.cqes[q.head&uint32(len(q.cqes)-1)]
	q.head++
	return c
}

// owing says whether the kernel holds completions that only a further enter brings.
func (q *queues) owing() bool { return atomic.LoadUint32(q.sqFlags)&(sqTaskrun|sqOverflow) != 0 }

func (q *queues) close() error {
	errs := []error{unix.Close(q.fd)}
	for _, m := range [][]byte{q.rings, q.entries, q.page} {
		if m != nil {
			errs = append(errs, unix.Munmap(m))
		}
	}
	return errors.Join(errs...)
}
