package ring

import (
	"errors"
	"fmt"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// buffers are what the kernel receives into: it takes the one that was provided
// longest ago, for whichever connection bytes come. It begins with few, because all
// are touched in turn, and gets more if it runs out again and again; once is only a
// burst. None is kept from it for longer than the bytes in it take to be looked at.
type buffers struct {
	size   int        // of one, bytes
	ring   []byte     // the kernel's list
	list   []bufEntry // ring, as entries
	chunks [][]byte   // mappings of firstBuffers buffers each
	most   int
	tail   uint16
	short  int  // turns in which they ran out, since there were last made more
	noted  bool // in this turn they did
}

const (
	firstBuffers = 64
	mostBuffers  = 4096 // 16 MiB of those of a client's size
	group        = 1
)

// newBuffers registers the list with q.
func newBuffers(q *queues, size int) (*buffers, error) {
	b := &buffers{size: size, most: mostBuffers}
	var err error
	if b.ring, err = mapAnonymous(mostBuffers * int(unsafe.Sizeof(bufEntry{}))); err != nil {
		return nil, err
	}
	b.list = unsafe.Slice((*bufEntry)(unsafe.Pointer(&b.ring[0])), mostBuffers)
	reg := bufReg{addr: uint64(uintptr(unsafe.Pointer(&b.ring[0]))), entries: mostBuffers, group: group}
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(q.fd), registerBufRing, uintptr(unsafe.Pointer(&reg)), 1, 0, 0)
	if errno != 0 {
		return nil, errors.Join(fmt.Errorf("io_uring: register a ring of buffers: %w", errno), b.close())
	}
	if err := b.grow(); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// shortTurns is how often they run out before there are more.
const shortTurns = 16

// ranOut notes that the kernel found none, of which it may tell many times in a turn.
func (b *buffers) ranOut() error {
	if b.noted {
		return nil
	}
	b.noted = true
	if b.short++; b.short < shortTurns || b.count() >= b.most {
		return nil
	}
	b.short = 0
	return b.grow()
}

// grow provides more buffers.
func (b *buffers) grow() error {
	chunk, err := mapAnonymous(firstBuffers * b.size)
	if err != nil {
		return err
	}
	first := b.count()
	b.chunks = append(b.chunks, chunk)
	for i := range firstBuffers {
		b.give(uint16(first + i))
	}
	return nil
}

// count is how many there are, in the kernel's hands and ours.
func (b *buffers) count() int { return len(b.chunks) * firstBuffers }

func (b *buffers) at(id uint16) []byte {
	chunk, i := b.chunks[id/firstBuffers], int(id%firstBuffers)
	return chunk[i*b.size : (i+1)*b.size]
}

// give provides a buffer anew. The tail lies in the first entry's last two bytes,
// and is stored with the two before it: Go has no atomic of sixteen bits.
func (b *buffers) give(id uint16) {
	e := &b.list[b.tail&(mostBuffers-1)]
	e.addr, e.len, e.id = uint64(uintptr(unsafe.Pointer(&b.at(id)[0]))), uint32(b.size), id
	b.tail++
	first := &b.list[0]
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&first.id)), uint32(first.id)|uint32(b.tail)<<16)
}

func (b *buffers) close() error {
	errs := []error{unix.Munmap(b.ring)}
	for _, c := range b.chunks {
		errs = append(errs, unix.Munmap(c))
	}
	return errors.Join(errs...)
}
